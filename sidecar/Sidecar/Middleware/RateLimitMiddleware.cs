using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Api.Http;
using Sidecar.Components;

namespace Sidecar.Middleware;

/// <summary><c>middleware.http.ratelimit</c>: so many requests per second from one address to one path; the rest is answered 429.</summary>
internal sealed class RateLimitMiddleware : IHttpMiddleware
{
    private const double DefaultLimit = 100;
    private const int MaxBuckets = 10_000;
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<(string Address, string Path), Bucket> _buckets = new();
    private readonly TimeProvider _time;
    private readonly double _limit;
    private readonly double _burst;
    private readonly Bucket _overflow;
    private long _swept;

    public RateLimitMiddleware(ComponentSpec spec, TimeProvider time)
    {
        _time = time;
        _limit = DefaultLimit;
        if (spec["maxRequestsPerSecond"] is { } text && (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _limit) || !(_limit > 0) || !double.IsFinite(_limit)))
        {
            throw ComponentException.Field(spec, "maxRequestsPerSecond", $"is '{text}'", "give a number greater than 0");
        }

        _burst = Math.Max(1, Math.Floor(_limit));
        _swept = time.GetTimestamp();
        _overflow = new Bucket(_burst, _swept);
    }

    /// <inheritdoc />
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "0.0.0.0";
        var (path, _) = RequestPath.Split(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);

        // However a path is written, it has one bucket.
        var taken = BucketOf((address, RequestPath.ToMethodPath(path, out _) ?? "")).TryTake(_time, _limit, _burst, out var left);
        var headers = context.Response.Headers;
        headers["X-Rate-Limit-Limit"] = _limit.ToString("F2", CultureInfo.InvariantCulture);
        headers["X-Rate-Limit-Duration"] = "1";
        headers["X-Rate-Limit-Request-Remote-Addr"] = $"{address}:{context.Connection.RemotePort}";
        if (context.Request.Headers["X-Forwarded-For"] is { Count: > 0 } forwarded && !string.IsNullOrWhiteSpace(forwarded[0]))
        {
            headers["X-Rate-Limit-Request-Forwarded-For"] = forwarded[0];
        }

        headers["RateLimit-Limit"] = Math.Round(_limit).ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = "1";
        headers["RateLimit-Remaining"] = left.ToString(CultureInfo.InvariantCulture);
        return taken ? next(context) : PlainAnswer.WriteAsync(context, 429, "You have reached maximum request limit.");
    }

    // Whoever makes up more paths than there are buckets shares one with the others that do: memory stays bounded, and nobody gets round the limit.
    private Bucket BucketOf((string Address, string Path) key)
    {
        if (_buckets.TryGetValue(key, out var bucket))
        {
            return bucket;
        }

        if (_buckets.Count >= MaxBuckets)
        {
            Sweep();
        }

        return _buckets.Count >= MaxBuckets ? _overflow : _buckets.GetOrAdd(key, _ => new Bucket(_burst, _time.GetTimestamp()));
    }

    // A bucket that has filled up again is as good as a new one. Looked for once a second, however many requests ask for it.
    private void Sweep()
    {
        var (last, now) = (Volatile.Read(ref _swept), _time.GetTimestamp());
        if (_time.GetElapsedTime(last, now) < SweepInterval || Interlocked.CompareExchange(ref _swept, now, last) != last)
        {
            return;
        }

        foreach (var (key, bucket) in _buckets)
        {
            if (bucket.IsFull(_time, _limit, _burst))
            {
                _buckets.TryRemove(key, out _);
            }
        }
    }

    private sealed class Bucket(double tokens, long at)
    {
        private readonly Lock _gate = new();
        private double _tokens = tokens;
        private long _at = at;

        public bool TryTake(TimeProvider time, double limit, double burst, out int left)
        {
            lock (_gate)
            {
                Fill(time, limit, burst);
                var taken = _tokens >= 1;
                _tokens -= taken ? 1 : 0;
                left = (int)Math.Floor(_tokens);
                return taken;
            }
        }

        public bool IsFull(TimeProvider time, double limit, double burst)
        {
            lock (_gate)
            {
                Fill(time, limit, burst);
                return _tokens >= burst;
            }
        }

        private void Fill(TimeProvider time, double limit, double burst)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_at, now).TotalSeconds * limit));
            _at = now;
        }
    }
}
