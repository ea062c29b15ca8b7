using Sidecar.Resiliency;
using static Sidecar.Components.SchemaNode;

namespace Sidecar.Components;

/// <summary>The keys that Dapr 1.18 knows in each kind of resource, and what the embedded sidecar does with them.</summary>
internal static class ResourceSchemas
{
    private const string Cluster = "the embedded sidecar runs on one machine and in one process; Dapr uses it in a cluster";
    private const string OnlyHere = "see docs for what the embedded sidecar supports";

    private static readonly SchemaNode NameValue = Map(
        ("name", Text().Required()),
        ("value", Anything()),
        ("secretKeyRef", Map(("name", Text().Required()), ("key", Text()))),
        ("envRef", Text()));

    private static readonly SchemaNode Target = Map(("timeout", Text()), ("retry", Text()), ("circuitBreaker", Text()), ("circuitBreakerScope", Text("type", "id", "both")), ("circuitBreakerCacheSize", Integer()));

    private static readonly SchemaNode Pipeline = Map(("handlers", List(Map(("name", Text()), ("type", Text()), ("version", Text()), ("selector", Anything())))));

    private static readonly SchemaNode BulkSubscribe = Map(("enabled", Flag()), ("maxMessagesCount", Integer()), ("maxAwaitDurationMs", Integer()));

    /// <summary>The schema of a kind and version; null when there is none.</summary>
    public static SchemaNode? Of(string kind, string apiVersion) => (kind, apiVersion) switch
    {
        ("Component", "dapr.io/v1alpha1") => Component,
        ("Configuration", "dapr.io/v1alpha1") => Configuration,
        ("Resiliency", "dapr.io/v1alpha1") => Resiliency,
        ("Subscription", "dapr.io/v1alpha1") => SubscriptionV1,
        ("Subscription", "dapr.io/v2alpha1") => SubscriptionV2,
        ("HTTPEndpoint", "dapr.io/v1alpha1") => HttpEndpoint,
        _ => null,
    };

    /// <summary>The kind of Dapr that is not built.</summary>
    public const string NotBuilt = "WorkflowAccessPolicy";

    /// <summary>The kinds and versions that are built, for messages.</summary>
    public const string Kinds = "Component, Configuration, Resiliency, HTTPEndpoint (dapr.io/v1alpha1), Subscription (dapr.io/v1alpha1 or v2alpha1)";

    public static SchemaNode Component { get; } = Document(
        ("spec", Map(
            ("type", Text().Required()),
            ("version", Text()),
            ("ignoreErrors", Flag()),
            ("initTimeout", Duration()),
            ("metadata", List(NameValue))).Required()),
        ("auth", Map(("secretStore", Text().Required()))));

    public static SchemaNode HttpEndpoint { get; } = Document(
        ("spec", Map(
            ("baseUrl", Text(text => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? null : "an absolute http or https URL").Required()),
            ("headers", List(NameValue)),
            ("clientTLS", Anything().Unsupported("client certificates are not built yet"))).Required()),
        ("auth", Map(("secretStore", Text().Required()))));

    public static SchemaNode SubscriptionV1 { get; } = Document(
        ("spec", Map(
            ("pubsubname", Text().Required()),
            ("topic", Text().Required()),
            ("route", Text().Required()),
            ("metadata", Dictionary(Text())),
            ("deadLetterTopic", Text()),
            ("bulkSubscribe", BulkSubscribe)).Required()));

    public static SchemaNode SubscriptionV2 { get; } = Document(
        ("spec", Map(
            ("pubsubname", Text().Required()),
            ("topic", Text().Required()),
            ("routes", Map(("rules", List(Map(("match", Text()), ("path", Text().Required())))), ("default", Text())).Required()),
            ("metadata", Dictionary(Text())),
            ("deadLetterTopic", Text()),
            ("bulkSubscribe", BulkSubscribe)).Required()));

    public static SchemaNode Resiliency { get; } = Document(
        ("spec", Map(
            ("policies", Map(
                ("timeouts", Dictionary(Duration())),
                ("retries", Dictionary(Map(
                    ("policy", Text("constant", "exponential")),
                    ("duration", Duration()),
                    ("maxInterval", Duration()),
                    ("maxRetries", Integer()),
                    ("matching", Map(("httpStatusCodes", Codes(100, 599)), ("gRPCStatusCodes", Codes(0, 16))))))),
                ("circuitBreakers", Dictionary(Map(
                    ("maxRequests", Integer()),
                    ("interval", Duration()),
                    ("timeout", Duration()),
                    ("trip", Text(text => TripCondition.TryParse(text, out _, out _) ? null : TripCondition.Accepted))))))),
            ("targets", Map(
                ("apps", Dictionary(Target)),
                ("actors", Dictionary(Target)),
                ("components", Dictionary(Map(("inbound", Target), ("outbound", Target)))))))));

    public static SchemaNode Configuration { get; } = Document(
        ("spec", Map(
            ("tracing", Map(
                ("samplingRate", Text(text => double.TryParse(text, out var rate) && rate is >= 0 and <= 1 ? null : "a number from 0 to 1")),
                ("stdout", Flag().WithoutMeaning("spans go to collectors only")),
                ("zipkin", Map(("endpointAddress", Text(text => text.Length == 0 || (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") ? null : "an http URL such as http://localhost:9411/api/v2/spans")))),
                ("otel", Map(("protocol", Text("grpc", "http")), ("endpointAddress", Text()), ("isSecure", Flag()), ("headers", Anything()), ("timeout", Duration()))))),
            ("metric", Metrics()),
            ("metrics", Metrics()),
            ("httpPipeline", Pipeline),
            ("appHttpPipeline", Pipeline),
            ("secrets", Map(("scopes", List(Map(
                ("storeName", Text().Required()),
                ("defaultAccess", Text("allow", "deny", "")),
                ("allowedSecrets", List(Text())),
                ("deniedSecrets", List(Text()))))))),
            ("accessControl", Map(
                ("defaultAction", Text("allow", "deny", "")),
                ("trustDomain", Text()),
                ("policies", List(Map(
                    ("appId", Text()),
                    ("defaultAction", Text("allow", "deny", "")),
                    ("trustDomain", Text()),
                    ("namespace", Text()),
                    ("operations", List(Map(("name", Text()), ("httpVerb", List(Text())), ("action", Text("allow", "deny")))))))))),
            ("api", Map(("allowed", ApiRules()), ("denied", ApiRules()))),
            ("components", Map(("deny", List(Text())))),
            ("features", List(Map(("name", Text().Required()), ("enabled", Flag())))),
            ("logging", Map(("apiLogging", Map(("enabled", Flag()), ("obfuscateURLs", Flag()), ("omitHealthChecks", Flag()))))),
            ("workflow", Map(
                ("maxConcurrentWorkflowInvocations", Integer()),
                ("maxConcurrentActivityInvocations", Integer()),
                ("globalMaxConcurrentWorkflowInvocations", Integer()),
                ("globalMaxConcurrentActivityInvocations", Integer()),
                ("stateRetentionPolicy", Map(("anyTerminal", Duration()), ("completed", Duration()), ("failed", Duration()), ("terminated", Duration()))))),
            ("mtls", Anything().WithoutMeaning(Cluster)),
            ("nameResolution", Anything().WithoutMeaning("names resolve inside the process")),
            ("wasm", Anything().WithoutMeaning(OnlyHere)))));

    private static SchemaNode Document(params (string Key, SchemaNode Node)[] keys) => Map(
    [
        ("apiVersion", Text().Required()),
        ("kind", Text().Required()),
        ("metadata", Map(("name", Text().Required()), ("namespace", Text()), ("labels", Anything()), ("annotations", Anything())).Required()),
        ("scopes", List(Text())),
        .. keys,
    ]);

    private static SchemaNode Metrics() => Map(
        ("enabled", Flag()),
        ("recordErrorCodes", Flag()),
        ("latencyDistributionBuckets", Anything()),
        ("rules", List(Map(("name", Text()), ("labels", List(Map(("name", Text()), ("regex", Anything()))))))),
        ("http", Map(("increasedCardinality", Flag()), ("pathMatching", List(Text())), ("excludeVerbs", Flag()))));

    private static SchemaNode ApiRules() => List(Map(("name", Text().Required()), ("version", Text()), ("protocol", Text("http", "grpc", ""))));

    private static SchemaNode Codes(int lowest, int highest) =>
        Text(text => StatusCodeSet.Parse(text, lowest, highest, out _) is null ? $"codes and ranges between {lowest} and {highest}, e.g. 404,500-599" : null);
}
