namespace Sidecar.Components;

/// <summary>The Configuration resource, as far as it has a meaning on one machine.</summary>
internal sealed record ConfigurationSpec
{
    /// <summary>The share of traces that are recorded, 0 to 1; default 0. A recorded incoming trace is always continued.</summary>
    public double SamplingRate { get; init; }

    /// <summary>Whether the Configuration says a sampling rate; an explicit 0 switches tracing off.</summary>
    public bool SamplingConfigured { get; init; }

    /// <summary>Whether the Configuration names somewhere to export spans to; without, the sidecar makes no spans and only passes contexts on.</summary>
    public bool ExporterConfigured { get; init; }

    /// <summary>Where spans go in Zipkin format; default nowhere.</summary>
    public Uri? ZipkinEndpoint { get; init; }

    /// <summary>The OpenTelemetry collector that spans go to; default none.</summary>
    public OtelSpec? Otel { get; init; }

    /// <summary>Which secrets the app may read, by store.</summary>
    public IReadOnlyDictionary<string, SecretScope> SecretScopes { get; init; } = new Dictionary<string, SecretScope>(StringComparer.Ordinal);

    /// <summary>Who may call the app; null = everybody.</summary>
    public AccessControlSpec? AccessControl { get; init; }

    /// <summary>The only APIs the app may use; empty = all.</summary>
    public IReadOnlyList<ApiRule> AllowedApis { get; init; } = [];

    /// <summary>The APIs the app may not use.</summary>
    public IReadOnlyList<ApiRule> DeniedApis { get; init; } = [];

    /// <summary>What is said about metrics.</summary>
    public MetricsSpec Metrics { get; init; } = new();

    /// <summary>What is said about workflows.</summary>
    public WorkflowSpec Workflow { get; init; } = new();

    /// <summary>Whether each call of the API is logged; null = as the sidecar's settings say.</summary>
    public bool? ApiLogging { get; init; }

    /// <summary>The middleware before the API, in order.</summary>
    public IReadOnlyList<PipelineHandler> HttpPipeline { get; init; } = [];

    /// <summary>The middleware before the app, in order.</summary>
    public IReadOnlyList<PipelineHandler> AppHttpPipeline { get; init; } = [];

    /// <summary>The preview features that are switched on, e.g. <c>ActorStateTTL</c>.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>The features that are switched off, e.g. <c>HotReload</c>.</summary>
    public IReadOnlyList<string> DisabledFeatures { get; init; } = [];

    /// <summary>The component types that are not loaded, e.g. <c>pubsub.in-memory/v1</c>.</summary>
    public IReadOnlyList<string> DeniedComponents { get; init; } = [];
}

/// <summary>An OpenTelemetry collector.</summary>
/// <param name="Endpoint">Its address; http unless <c>isSecure</c> is true, which is Dapr's default.</param>
/// <param name="IsGrpc">Whether it is spoken to over gRPC, not HTTP.</param>
/// <param name="Headers">Headers of every request.</param>
/// <param name="Timeout">The longest a request may take; default 10 s.</param>
internal sealed record OtelSpec(Uri Endpoint, bool IsGrpc, IReadOnlyList<KeyValuePair<string, string>> Headers, TimeSpan Timeout);

/// <summary>A step of a pipeline: the name and type of a middleware component.</summary>
internal sealed record PipelineHandler(string Name, string Type);

/// <summary>The secrets of a store that the app may read.</summary>
/// <param name="DefaultAllow">Whether a secret that is in no list may be read.</param>
/// <param name="Allowed">If not empty, only these.</param>
/// <param name="Denied">Never these.</param>
internal sealed record SecretScope(bool DefaultAllow, IReadOnlyList<string> Allowed, IReadOnlyList<string> Denied);

/// <summary>An API in an allow or deny list.</summary>
/// <param name="Name">The first path segment, e.g. <c>state</c>.</param>
/// <param name="Version">E.g. <c>v1.0</c>.</param>
/// <param name="Protocol"><c>http</c> or <c>grpc</c>; empty = both.</param>
internal sealed record ApiRule(string Name, string Version, string Protocol);

/// <summary>Who may call the app.</summary>
/// <param name="DefaultAllow">For a caller or operation without a rule.</param>
/// <param name="TrustDomain">The trust domain of the app; callers are known only with mTLS, so that no rule by app id ever matches here.</param>
/// <param name="Policies">The rules by caller; empty = no rules.</param>
internal sealed record AccessControlSpec(bool DefaultAllow, string TrustDomain, IReadOnlyList<string> Policies);
