using System.Collections.Concurrent;
using Sidecar.Api.Grpc;

namespace Sidecar.Telemetry.Metrics;

/// <summary>The sidecar's components, its calls of other apps and of a gRPC app, under daprd's names.</summary>
internal sealed class ServiceMetrics(SidecarMetrics metrics)
{
    private const string Prefix = "dapr_runtime_service_invocation_";
    private const string Unary = "unary";
    private readonly MetricFamily<Counter> _loaded = metrics.Counters("dapr_runtime_component_loaded");
    private readonly MetricFamily<Counter> _initialised = metrics.Counters("dapr_runtime_component_init_total", "component");
    private readonly MetricFamily<Counter> _failed = metrics.Counters("dapr_runtime_component_init_fail_total", "component", "component_name", "fail_reason");
    private readonly MetricFamily<Counter> _allowed = metrics.Counters("dapr_runtime_acl_global_policy_action_allowed_total", "namespace", "trust_domain");
    private readonly MetricFamily<Counter> _blocked = metrics.Counters("dapr_runtime_acl_global_policy_action_blocked_total", "namespace", "trust_domain");
    private readonly ConcurrentDictionary<string, bool> _failures = new(StringComparer.Ordinal);
    private readonly MetricFamily<Counter> _requestsSent = metrics.Counters(Prefix + "req_sent_total", "dst_app_id", "type");
    private readonly MetricFamily<Counter> _requestsReceived = metrics.Counters(Prefix + "req_recv_total", "src_app_id");
    private readonly MetricFamily<Counter> _responsesSent = metrics.Counters(Prefix + "res_sent_total", "dst_app_id", "status");
    private readonly MetricFamily<Counter> _responsesReceived = metrics.Counters(Prefix + "res_recv_total", "src_app_id", "status", "type");
    private readonly MetricFamily<Distribution> _latency = metrics.Distributions(Prefix + "res_recv_latency_ms", metrics.LatencyBuckets, "src_app_id", "status");
    private readonly MetricFamily<Counter> _rpcs = metrics.Counters("dapr_grpc_io_client_completed_rpcs", "grpc_client_method", "grpc_client_status");
    private readonly MetricFamily<Distribution> _rpcLatency = metrics.Distributions("dapr_grpc_io_client_roundtrip_latency", metrics.LatencyBuckets, "grpc_client_method", "grpc_client_status");
    private readonly MetricFamily<Distribution> _rpcSent = metrics.Distributions("dapr_grpc_io_client_sent_bytes_per_rpc", Distribution.Size, "grpc_client_method");
    private readonly MetricFamily<Distribution> _rpcReceived = metrics.Distributions("dapr_grpc_io_client_received_bytes_per_rpc", Distribution.Size, "grpc_client_method");
    private readonly MetricFamily<Counter> _probes = metrics.Counters("dapr_grpc_io_healthprobes_completed_count", "grpc_client_status");
    private readonly MetricFamily<Distribution> _probeLatency = metrics.Distributions("dapr_grpc_io_healthprobes_roundtrip_latency", metrics.LatencyBuckets, "grpc_client_status");

    /// <summary>The word of a gRPC code in labels.</summary>
    public static string Word(GrpcCode code) => code switch { GrpcCode.Ok => "OK", GrpcCode.Cancelled => "Canceled", _ => code.ToString() };

    /// <summary>A component of a type runs.</summary>
    public void ComponentInitialised(string type)
    {
        if (metrics.IsEnabled)
        {
            _loaded.At(default).Increment();
            _initialised.At(new(type)).Increment();
        }
    }

    /// <summary>A component could not be made (<c>creation</c>) or connected (<c>init</c>).</summary>
    public void ComponentFailed(string type, string name, string step)
    {
        if (metrics.IsEnabled)
        {
            _failures[name] = true;
            _failed.At(new(type, name, step)).Increment();
        }
    }

    /// <summary>Whether a component has ever failed.</summary>
    public bool HasFailed(string name) => _failures.ContainsKey(name);

    /// <summary>The access policy let a call of another app through, or refused it. Callers have no identity, so that only the default action decides.</summary>
    public void AccessDecided(bool allowed)
    {
        if (metrics.IsEnabled)
        {
            (allowed ? _allowed : _blocked).At(default).Increment();
        }
    }

    /// <summary>A call of another app begins; only a proxied gRPC call that says so is a stream.</summary>
    public void RequestSent(string target, bool isStream = false)
    {
        if (metrics.IsEnabled)
        {
            _requestsSent.At(new(target, isStream ? "streaming" : Unary)).Increment();
        }
    }

    /// <summary>Another app answered a call.</summary>
    public void ResponseReceived(string target, int status, long began)
    {
        if (metrics.IsEnabled)
        {
            var word = StatusText.Of(status);
            _responsesReceived.At(new(target, word, Unary)).Increment();
            _latency.At(new(target, word)).Add(OperationMetrics.Elapsed(began));
        }
    }

    /// <summary>Another app called this one; the status is 0 when this one's app gave no answer.</summary>
    public void Served(string caller, int status)
    {
        if (metrics.IsEnabled)
        {
            _requestsReceived.At(new(caller)).Increment();
            _responsesSent.At(new(caller, StatusText.Of(status))).Increment();
        }
    }

    /// <summary>A call of a gRPC app has ended.</summary>
    public void ClientRpc(string method, GrpcCode code, long sentBytes, long receivedBytes, long began)
    {
        if (metrics.IsEnabled)
        {
            var word = Word(code);
            _rpcs.At(new(method, word)).Increment();
            _rpcLatency.At(new(method, word)).Add(OperationMetrics.Elapsed(began));
            _rpcSent.At(new(method)).Add(sentBytes);
            _rpcReceived.At(new(method)).Add(receivedBytes);
        }
    }

    /// <summary>A gRPC app was asked for its health.</summary>
    public void HealthProbe(GrpcCode code, long began)
    {
        if (metrics.IsEnabled)
        {
            _probes.At(new(Word(code))).Increment();
            _probeLatency.At(new(Word(code))).Add(OperationMetrics.Elapsed(began));
        }
    }
}
