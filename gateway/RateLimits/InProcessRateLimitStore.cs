namespace Gateway;

/// <summary>
/// Token buckets in memory, exact under concurrency: a bucket is one number, the time at which it will be full again, changed
/// under its shard's lock. A full bucket equals an unknown one and is forgotten, so memory is bounded by the clients of a minute.
/// </summary>
internal sealed class InProcessRateLimitStore(TimeProvider clock) : IRateLimitStore
{
    private const int ShardCount = 64;
    private const int SweepThreshold = 1024;
    private readonly Shard[] _shards = Enumerable.Range(0, ShardCount).Select(_ => new Shard()).ToArray();

    /// <summary>Buckets in memory.</summary>
    public int Count => _shards.Sum(shard => shard.Count);

    public ValueTask<RateDecision> TakeAsync(string bucket, RateLimit limit, int tokens, CancellationToken ct)
    {
        var shard = _shards[(uint)string.GetHashCode(bucket, StringComparison.Ordinal) % ShardCount];
        lock (shard.Gate)
        {
            return ValueTask.FromResult(shard.Take(bucket, limit, tokens, clock.GetUtcNow().UtcTicks));
        }
    }

    private sealed class Shard
    {
        private readonly Dictionary<string, long> _fullAt = new(StringComparer.Ordinal);
        private int _sweepAt = SweepThreshold;

        public Lock Gate { get; } = new();

        public int Count
        {
            get
            {
                lock (Gate)
                {
                    return _fullAt.Count;
                }
            }
        }

        public RateDecision Take(string bucket, RateLimit limit, int tokens, long now)
        {
            // One token comes back every interval; a bucket is empty when it needs a whole burst of intervals to fill.
            var interval = TimeSpan.TicksPerMinute / limit.PerMinute;
            var capacity = interval * limit.Burst;
            var full = Math.Max(now, _fullAt.GetValueOrDefault(bucket));
            // A lowered limit may leave a bucket emptier than empty.
            full = Math.Min(full, now + capacity);
            var wanted = full + (interval * tokens);
            if (wanted - now > capacity)
            {
                return new RateDecision(false, (now + capacity - full) / interval, At(full), TimeSpan.FromTicks(wanted - now - capacity));
            }

            if (tokens > 0)
            {
                Sweep(now);
                _fullAt[bucket] = wanted;
            }

            return new RateDecision(true, (now + capacity - wanted) / interval, At(wanted), TimeSpan.Zero);
        }

        private void Sweep(long now)
        {
            if (_fullAt.Count < _sweepAt)
            {
                return;
            }

            foreach (var bucket in _fullAt.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToList())
            {
                _fullAt.Remove(bucket);
            }

            _sweepAt = Math.Max(SweepThreshold, _fullAt.Count * 2);
        }

        private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
    }
}
