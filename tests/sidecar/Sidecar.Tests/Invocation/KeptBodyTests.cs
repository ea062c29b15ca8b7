using System.Buffers;
using Microsoft.AspNetCore.Http;
using Sidecar.Invocation;

namespace Sidecar.Tests.Invocation;

public sealed class KeptBodyTests
{
    [Theory]
    [InlineData(0, null)]
    [InlineData(1_000, 1_000)]
    [InlineData(3_000_000, 3_000_000)]
    [InlineData(3_000_000, null)]
    public async Task ToContent_SentTwice_IsTheWholeBodyBothTimes(int length, int? announced)
    {
        var sent = new byte[length];
        Random.Shared.NextBytes(sent);
        using var body = await KeepAsync(sent, announced);

        foreach (var content in (HttpContent[])[body.ToContent(), body.ToContent()])
        {
            content.Headers.ContentLength.Should().Be(length);
            (await content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(sent).Should().BeTrue();
        }
    }

    [Fact]
    public async Task Dispose_WhileItIsStillSent_KeepsItsBytesUntilTheEnd()
    {
        var sent = Enumerable.Repeat((byte)7, 5_000).ToArray();
        var body = await KeepAsync(sent, sent.Length);
        var app = new SlowStream();
        var sending = body.ToContent().CopyToAsync(app);
        await app.Reached.Task;

        body.Dispose();
        Scribble(sent.Length);
        app.GoOn.SetResult();
        await sending;

        app.Written.Should().OnlyContain(octet => octet == 7).And.HaveCount(sent.Length);
    }

    [Fact]
    public async Task CopyToAsync_AfterDispose_SendsNothing()
    {
        var body = await KeepAsync([1, 2, 3], 3);
        var content = body.ToContent();
        body.Dispose();
        using var stream = new MemoryStream();

        var sending = () => content.CopyToAsync(stream);

        await sending.Should().ThrowAsync<HttpRequestException>();
        stream.Length.Should().Be(0);
    }

    private static async Task<KeptBody> KeepAsync(byte[] sent, int? announced)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(sent);
        context.Request.ContentLength = announced;
        return await KeptBody.ReadAsync(context.Request, CancellationToken.None);
    }

    // Whoever takes memory of this size from the pool now gets what was given back last.
    private static void Scribble(int size)
    {
        foreach (var array in Enumerable.Range(0, 64).Select(_ => ArrayPool<byte>.Shared.Rent(size)).ToList())
        {
            array.AsSpan().Fill(9);
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    private sealed class SlowStream : MemoryStream
    {
        public TaskCompletionSource Reached { get; } = new();

        public TaskCompletionSource GoOn { get; } = new();

        public byte[] Written { get; private set; } = [];

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Reached.SetResult();
            await GoOn.Task;
            Written = buffer.ToArray();
        }
    }
}
