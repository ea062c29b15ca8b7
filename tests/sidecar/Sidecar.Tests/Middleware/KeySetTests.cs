using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Invocation;
using Sidecar.Middleware.Bearer;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Middleware;

public sealed class KeySetTests
{
    [Fact]
    public async Task Find_KeyThatCameLater_IsReadAgainButNotForEveryRequest()
    {
        var (ids, asked) = (new List<string> { "old" }, 0);
        await using var issuer = await FakeApp.StartAsync(context =>
        {
            asked++;
            return context.Response.WriteAsync(JsonSerializer.Serialize(new { keys = ids.Select(Key) }));
        });
        var clock = new ManualClock();
        using var client = AppHttp.CreateClient();
        using var keys = new KeySet(client, new Uri($"http://127.0.0.1:{issuer.Port}/keys"), clock, NullLogger.Instance);
        await keys.LoadAsync(CancellationToken.None);
        ids.Add("new");

        (await keys.FindAsync("new", CancellationToken.None)).Should().BeEmpty("the issuer was asked a moment ago");
        asked.Should().Be(1);
        clock.Advance(TimeSpan.FromSeconds(11));
        (await keys.FindAsync("new", CancellationToken.None)).Should().ContainSingle();
        (await keys.FindAsync("invented", CancellationToken.None)).Should().BeEmpty();
        asked.Should().Be(2);
    }

    [Fact]
    public async Task Find_AnswerThatBreaksOff_LeavesTheKnownKeysAndIsNotAskedForAgainAtOnce()
    {
        var (breaksOff, asked) = (false, 0);
        await using var issuer = await FakeApp.StartAsync(context =>
        {
            asked++;
            var text = JsonSerializer.Serialize(new { keys = new[] { Key("old") } });
            context.Response.ContentLength = text.Length + (breaksOff ? 1 : 0);
            return context.Response.WriteAsync(text);
        });
        var clock = new ManualClock();
        using var client = AppHttp.CreateClient();
        using var keys = new KeySet(client, new Uri($"http://127.0.0.1:{issuer.Port}/keys"), clock, NullLogger.Instance);
        await keys.LoadAsync(CancellationToken.None);
        breaksOff = true;
        clock.Advance(TimeSpan.FromSeconds(11));

        (await keys.FindAsync("new", CancellationToken.None)).Should().BeEmpty();
        (await keys.FindAsync("new", CancellationToken.None)).Should().BeEmpty();
        (await keys.FindAsync("old", CancellationToken.None)).Should().ContainSingle();
        asked.Should().Be(2);
    }

    private static object Key(string id)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new { kty = "EC", crv = "P-256", kid = id, x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y) };
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
