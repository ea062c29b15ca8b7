using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;

namespace Sidecar.Tests.Api;

public sealed class RequestBytesTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 5)]
    [InlineData(100_000, 100_000)]
    [InlineData(100_000, null)]
    [InlineData(0, null)]
    public async Task ReadAsync_InPieces_IsTheWholeBody(int length, int? announced)
    {
        var sent = new byte[length];
        Random.Shared.NextBytes(sent);

        var (body, complete) = await RequestBytes.ReadAsync(Context(new Pieces(sent), announced));

        body.Should().Equal(sent);
        complete.Should().BeTrue();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(null)]
    public async Task ReadAsync_OverTheLimit_IsCutAndNotComplete(int? announced)
    {
        var (body, complete) = await RequestBytes.ReadAsync(Context(new LimitedBody(new Pieces(new byte[10]), limit: 4), announced));

        body.Length.Should().BeLessThanOrEqualTo(4);
        complete.Should().BeFalse();
    }

    [Fact]
    public async Task ReadAsync_MuchAnnouncedAndLittleSent_TakesNoMemoryForWhatIsAnnounced()
    {
        const long Announced = 1L << 30;
        await RequestBytes.ReadAsync(Context(new Pieces([1]), Announced));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var (body, _) = await RequestBytes.ReadAsync(Context(new Pieces([1]), Announced));

        body.Should().Equal(1);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(256 * 1024);
    }

    private static DefaultHttpContext Context(Stream body, long? length)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = body;
        context.Request.ContentLength = length;
        return context;
    }

    // Gives no more than 1,000 bytes at once, as a network does.
    private sealed class Pieces(byte[] all) : MemoryStream(all)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1_000)], cancellationToken);
    }
}
