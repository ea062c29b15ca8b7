using System.Diagnostics;
using Sidecar.Api.Grpc;
using Sidecar.Components;

namespace Sidecar.Telemetry.Metrics;

/// <summary>The metrics of one sidecar under daprd's names. Nothing is counted unless the sidecar has a metrics port.</summary>
internal sealed class SidecarMetrics
{
    private readonly string _appId;
    private readonly MetricPaths _paths;
    private readonly MetricRules _rules;
    private readonly SeriesCache<ServerSeries> _server;
    private readonly SeriesCache<ClientSeries> _client;
    private readonly List<Action<TextWriter>> _writers = [];
    private readonly MetricFamily<Counter> _serverRequests;
    private readonly MetricFamily<Counter>? _serverResponses;
    private readonly MetricFamily<Distribution> _serverLatency;
    private readonly MetricFamily<Distribution> _serverRequestBytes;
    private readonly MetricFamily<Distribution> _serverResponseBytes;
    private readonly MetricFamily<Counter> _clientCompleted;
    private readonly MetricFamily<Distribution> _clientLatency;
    private readonly MetricFamily<Distribution> _clientSent;
    private readonly MetricFamily<Distribution> _clientReceived;
    private readonly MetricFamily<Counter> _probes;
    private readonly MetricFamily<Distribution> _probeLatency;
    private readonly MetricFamily<Counter> _rpcs;
    private readonly MetricFamily<Distribution> _rpcLatency;
    private readonly MetricFamily<Distribution> _rpcReceived;
    private readonly MetricFamily<Distribution> _rpcSent;

    public SidecarMetrics(string appId, MetricsSpec spec, bool isEnabled)
    {
        LatencyBuckets = spec.LatencyBuckets;
        _rules = new MetricRules(spec.Rules);
        IsEnabled = isEnabled && spec.Enabled;
        _appId = appId;
        _server = new SeriesCache<ServerSeries>(FindServer);
        _client = new SeriesCache<ClientSeries>(FindClient);
        _paths = new MetricPaths(spec);
        string[] http = ["method", "path", "status"];
        _serverRequests = Counters("dapr_http_server_request_count", http);
        _serverResponses = spec.IncreasedCardinality ? Counters("dapr_http_server_response_count", http) : null;
        _serverLatency = Distributions("dapr_http_server_latency", spec.LatencyBuckets, http);
        _serverRequestBytes = Distributions("dapr_http_server_request_bytes", Distribution.Size);
        _serverResponseBytes = Distributions("dapr_http_server_response_bytes", Distribution.Size);
        _clientCompleted = Counters("dapr_http_client_completed_count", http);
        _clientLatency = Distributions("dapr_http_client_roundtrip_latency", spec.LatencyBuckets, http);
        _clientSent = Distributions("dapr_http_client_sent_bytes", Distribution.Size, http);
        _clientReceived = Distributions("dapr_http_client_received_bytes", Distribution.Size);
        _probes = Counters("dapr_http_healthprobes_completed_count", "status");
        _probeLatency = Distributions("dapr_http_healthprobes_roundtrip_latency", spec.LatencyBuckets, "status");
        _rpcs = Counters("dapr_grpc_io_server_completed_rpcs", "grpc_server_method", "grpc_server_status");
        _rpcLatency = Distributions("dapr_grpc_io_server_server_latency", spec.LatencyBuckets, "grpc_server_method", "grpc_server_status");
        _rpcReceived = Distributions("dapr_grpc_io_server_received_bytes_per_rpc", Distribution.Size, "grpc_server_method");
        _rpcSent = Distributions("dapr_grpc_io_server_sent_bytes_per_rpc", Distribution.Size, "grpc_server_method");
    }

    /// <summary>Whether anything is counted.</summary>
    public bool IsEnabled { get; }

    /// <summary>The upper bounds of latencies, in milliseconds.</summary>
    public double[] LatencyBuckets { get; }

    /// <summary>Adds a counter with labels besides <c>app_id</c>; its name begins with <c>dapr_</c>.</summary>
    public MetricFamily<Counter> Counters(string name, params string[] labels) =>
        Register(new MetricFamily<Counter>(name, "counter", _appId, labels, _rules, () => new Counter(), static (writer, metric, text, counter) => writer.Write($"{metric}{{{text}}} {counter.Value}\n")));

    /// <summary>Adds a gauge.</summary>
    public MetricFamily<Counter> Gauges(string name, params string[] labels) =>
        Register(new MetricFamily<Counter>(name, "gauge", _appId, labels, _rules, () => new Counter(), static (writer, metric, text, counter) => writer.Write($"{metric}{{{text}}} {counter.Value}\n")));

    /// <summary>Adds a histogram.</summary>
    public MetricFamily<Distribution> Distributions(string name, double[] bounds, params string[] labels) =>
        Register(new MetricFamily<Distribution>(name, "histogram", _appId, labels, _rules, () => new Distribution(bounds), static (writer, metric, text, distribution) => distribution.Write(writer, metric, text)));

    /// <summary>A call of the HTTP API ended.</summary>
    public void ServerRequest(string method, string path, int status, long requestBytes, long responseBytes, long began)
    {
        var series = _server.Of(method, path, status);
        series.Requests.Increment();
        series.Responses?.Increment();
        series.Latency.Add(Elapsed(began));
        series.RequestBytes.Add(requestBytes);
        series.ResponseBytes.Add(responseBytes);
    }

    /// <summary>A call of the app ended; status 500 when there was no answer.</summary>
    public void ClientRequest(string method, string path, int status, long sentBytes, long receivedBytes, long began)
    {
        var series = _client.Of(method, path, status);
        series.SentBytes.Add(sentBytes);
        series.Completed.Increment();
        series.Latency.Add(Elapsed(began));
        series.ReceivedBytes.Add(receivedBytes);
    }

    /// <summary>A probe of the app's health ended.</summary>
    public void HealthProbe(int status, long began)
    {
        var labels = new LabelValues(StatusText.Of(status));
        _probes.At(labels).Increment();
        _probeLatency.At(labels).Add(Elapsed(began));
    }

    /// <summary>A call of the gRPC API ended.</summary>
    public void Rpc(string method, string status, long receivedBytes, long sentBytes, long began)
    {
        var labels = new LabelValues(method, status);
        _rpcs.At(labels).Increment();
        _rpcLatency.At(labels).Add(Elapsed(began));
        _rpcReceived.At(new LabelValues(method)).Add(receivedBytes);
        _rpcSent.At(new LabelValues(method)).Add(sentBytes);
    }

    /// <summary>A call that was proxied ended; its messages are not looked at.</summary>
    public void Stream(string method, GrpcCode code, long began)
    {
        if (IsEnabled)
        {
            var labels = new LabelValues(method, ServiceMetrics.Word(code));
            _rpcs.At(labels).Increment();
            _rpcLatency.At(labels).Add(Elapsed(began));
        }
    }

    /// <summary>Writes all in Prometheus' text form.</summary>
    public void Write(TextWriter writer)
    {
        lock (_writers)
        {
            _writers.ForEach(write => write(writer));
        }
    }

    private ServerSeries FindServer(string method, string path, int status)
    {
        var labels = new LabelValues(_paths.Verb(method), _paths.OfServer(path), StatusText.Of(status));
        return new(_serverRequests.At(labels), _serverResponses?.At(labels), _serverLatency.At(labels), _serverRequestBytes.At(default), _serverResponseBytes.At(default));
    }

    private ClientSeries FindClient(string method, string path, int status)
    {
        var (verb, label) = (_paths.Verb(method), _paths.OfClient(path));
        var labels = new LabelValues(verb, label, StatusText.Of(status));
        return new(_clientCompleted.At(labels), _clientLatency.At(labels), _clientSent.At(new LabelValues(verb, label)), _clientReceived.At(default));
    }

    private static double Elapsed(long began) => Math.Floor(Stopwatch.GetElapsedTime(began).TotalMilliseconds);

    private MetricFamily<T> Register<T>(MetricFamily<T> family)
        where T : class
    {
        lock (_writers)
        {
            _writers.Add(family.Write);
        }

        return family;
    }
}
