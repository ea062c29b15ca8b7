namespace Sidecar.Telemetry.Metrics;

/// <summary>How often the APIs answered with which error, under daprd's name; only where the Configuration asks for it (<c>recordErrorCodes</c>).</summary>
internal sealed class ErrorCodeMetrics(SidecarMetrics metrics, bool isAsked)
{
    private const string Common = "common";

    // What a code begins with tells whose error it is; the longest that fits counts.
    private static readonly (string Prefix, string Category)[] Categories =
    [
        .. new (string, string)[]
        {
            ("ERR_ACTOR_", "actor"),
            ("ERR_GET_WORKFLOW", "workflow"), ("ERR_START_WORKFLOW", "workflow"), ("ERR_PAUSE_WORKFLOW", "workflow"), ("ERR_RESUME_WORKFLOW", "workflow"),
            ("ERR_TERMINATE_WORKFLOW", "workflow"), ("ERR_PURGE_WORKFLOW", "workflow"), ("ERR_RAISE_EVENT_WORKFLOW", "workflow"), ("ERR_WORKFLOW_", "workflow"), ("ERR_INSTANCE_ID_", "workflow"),
            ("ERR_STATE_", "state"), ("ERR_NOT_SUPPORTED_STATE_", "state"), ("DAPR_STATE_", "state"),
            ("ERR_CONFIGURATION_", "configuration"),
            ("ERR_CRYPTO", "crypto"),
            ("ERR_SECRET_", "secret"), ("ERR_PERMISSION_DENIED", "secret"),
            ("ERR_PUBSUB_", "pubsub"), ("ERR_TOPIC_NAME_EMPTY", "pubsub"), ("ERR_PUBLISH_OUTBOX", "pubsub"), ("DAPR_PUBSUB_", "pubsub"),
            ("ERR_CONVERSATION_", "conversation"),
            ("ERR_DIRECT_INVOKE", "service-invocation"),
            ("ERR_INVOKE_OUTPUT_BINDING", "binding"),
            ("ERR_LOCK_", "lock"), ("ERR_TRY_LOCK", "lock"), ("ERR_UNLOCK", "lock"),
            ("DAPR_SCHEDULER_", "job"),
            ("ERR_HEALTH_", "health"), ("ERR_OUTBOUND_HEALTH_", "health"),
        }.OrderByDescending(pair => pair.Item1.Length),
    ];

    private readonly MetricFamily<Counter> _total = metrics.Counters("dapr_error_code_total", "category", "error_code");

    /// <summary>Whether anything is counted.</summary>
    public bool IsEnabled => isAsked && metrics.IsEnabled;

    /// <summary>An API answered with an error of this code; null when the error has none.</summary>
    public void Answered(string? code)
    {
        if (IsEnabled && !string.IsNullOrEmpty(code))
        {
            _total.At(new(CategoryOf(code), code)).Increment();
        }
    }

    private static string CategoryOf(string code) => Categories.FirstOrDefault(pair => code.StartsWith(pair.Prefix, StringComparison.Ordinal)).Category ?? Common;
}
