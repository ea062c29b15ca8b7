namespace Gateway.Tests;

public sealed class BucketTests
{
    private readonly ManualClock _clock = new();
    private readonly InProcessRateLimitStore _store;

    public BucketTests() => _store = new InProcessRateLimitStore(_clock);

    [Fact]
    public async Task Take_AfterTheBurst_AdmitsOneRequestPerInterval()
    {
        var limit = new RateLimit(60, 5);
        for (var index = 0; index < 5; index++)
        {
            (await TakeAsync(limit)).IsAdmitted.Should().BeTrue();
        }

        var refused = await TakeAsync(limit);
        _clock.Advance(refused.RetryAfter - TimeSpan.FromTicks(1));
        var early = await TakeAsync(limit);
        _clock.Advance(TimeSpan.FromTicks(1));
        var admitted = await TakeAsync(limit);
        var next = await TakeAsync(limit);

        refused.RetryAfter.Should().Be(TimeSpan.FromSeconds(1));
        early.IsAdmitted.Should().BeFalse();
        admitted.IsAdmitted.Should().BeTrue();
        next.IsAdmitted.Should().BeFalse();
    }

    [Fact]
    public async Task Take_AfterALongPause_AdmitsNoMoreThanTheBurst()
    {
        var limit = new RateLimit(100, 200);
        _clock.Advance(TimeSpan.FromDays(1));

        var admitted = 0;
        while ((await TakeAsync(limit)).IsAdmitted)
        {
            admitted++;
        }

        admitted.Should().Be(200);
    }

    [Fact]
    public async Task Take_WithManyClients_ForgetsThoseWhoseBucketIsFull()
    {
        var limit = new RateLimit(60, 5);
        for (var client = 0; client < 200_000; client++)
        {
            await _store.TakeAsync($"ip:{client}", limit, 1, CancellationToken.None);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        _store.Count.Should().BeLessThan(140_000);
    }

    private ValueTask<RateDecision> TakeAsync(RateLimit limit) => _store.TakeAsync("ip:1", limit, 1, CancellationToken.None);

    private sealed class ManualClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan time) => _now += time;
    }
}
