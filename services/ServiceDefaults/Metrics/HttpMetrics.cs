using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ServiceDefaults;

/// <summary>Requests by method, route template and status.</summary>
internal sealed class HttpMetrics
{
    public const string MeterName = "Platform.Http";

    private readonly Counter<long> _requests;
    private readonly Counter<long> _errors;
    private readonly Histogram<double> _duration;
    private long _total;
    private long _failed;

    public HttpMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _requests = meter.CreateCounter<long>("http_requests_total", description: "Requests answered");
        _errors = meter.CreateCounter<long>("http_requests_errors_total", description: "Requests answered with 5xx");
        _duration = meter.CreateHistogram<double>("http_request_duration_seconds", "s", "Time to answer a request");
    }

    public long Total => Interlocked.Read(ref _total);

    /// <summary>The share of requests answered with 5xx, 0 to 1.</summary>
    public double ErrorRate => Total == 0 ? 0 : (double)Interlocked.Read(ref _failed) / Total;

    public void Record(string method, string route, int status, TimeSpan elapsed)
    {
        Interlocked.Increment(ref _total);
        var verb = new KeyValuePair<string, object?>("method", method);
        var endpoint = new KeyValuePair<string, object?>("endpoint", route);
        var tags = new TagList { verb, endpoint, new("status", status) };
        _requests.Add(1, tags);
        if (status >= 500)
        {
            Interlocked.Increment(ref _failed);
            _errors.Add(1, tags);
        }

        _duration.Record(elapsed.TotalSeconds, verb, endpoint);
    }
}
