namespace Components.Tests;

/// <summary>
/// The keys that Dapr 1.18 (CLI and daprd) knows, as paths; <c>*</c> stands for any one name. No machine of the build has Dapr,
/// so this list is what keeps the files honest. It holds what this repository may use: a key is added here only with Dapr's reference at hand.
/// </summary>
internal static class DaprKeys
{
    private static readonly string[] Shared =
    [
        "configFilePath", "appProtocol", "apiListenAddresses", "enableProfiling", "logLevel", "appMaxConcurrency", "placementHostAddress", "schedulerHostAddress",
        "resourcesPath", "resourcesPaths[]", "appSSL", "maxBodySize", "readBufferSize", "enableAppHealthCheck", "appHealthCheckPath", "appHealthProbeInterval",
        "appHealthProbeTimeout", "appHealthThreshold", "enableApiLogging", "runtimePath", "env.*", "daprdLogDestination", "appLogDestination",
    ];

    private static readonly string[] App =
    [
        "appID", "appDirPath", "appChannelAddress", "appPort", "daprHTTPPort", "daprGRPCPort", "profilePort", "command[]", "metricsPort", "unixDomainSocket",
        "daprInternalGRPCPort", "containerImage", "containerImagePullPolicy", "createService",
    ];

    private static readonly string[] Head = ["apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.labels.*", "metadata.annotations.*"];

    private static readonly string[] Metric =
    [
        "enabled", "recordErrorCodes", "http.increasedCardinality", "http.pathMatching[]", "http.excludeVerbs", "rules[].name", "rules[].labels[].name",
        "rules[].labels[].regex.*", "latencyDistributionBuckets[]", "workflow.latencyDistributionBuckets[]", "workflow.latencyDistributionUnits",
    ];

    /// <summary>The multi-app run file.</summary>
    public static IReadOnlyList<string> RunFile { get; } =
        ["version", "name", .. Shared.Select(key => "common." + key), .. Shared.Concat(App).Select(key => "apps[]." + key)];

    /// <summary>The resources, by kind.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Resources { get; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        ["Component"] =
        [
            .. Head, "spec.type", "spec.version", "spec.ignoreErrors", "spec.initTimeout", "spec.metadata[].name", "spec.metadata[].value",
            "spec.metadata[].secretKeyRef.name", "spec.metadata[].secretKeyRef.key", "spec.metadata[].envRef", "auth.secretStore", "scopes[]",
        ],
        ["Subscription"] =
        [
            .. Head, "spec.pubsubname", "spec.topic", "spec.metadata.*", "spec.routes.rules[].match", "spec.routes.rules[].path", "spec.routes.default",
            "spec.deadLetterTopic", "spec.bulkSubscribe.enabled", "spec.bulkSubscribe.maxMessagesCount", "spec.bulkSubscribe.maxAwaitDurationMs", "scopes[]",
        ],
        ["Resiliency"] =
        [
            .. Head, "spec.policies.timeouts.*",
            .. Prefixed("spec.policies.retries.*.", "policy", "duration", "maxInterval", "maxRetries", "matching.httpStatusCodes", "matching.gRPCStatusCodes"),
            .. Prefixed("spec.policies.circuitBreakers.*.", "maxRequests", "interval", "timeout", "trip"),
            .. Prefixed("spec.targets.apps.*.", "timeout", "retry", "circuitBreaker", "circuitBreakerCacheSize"),
            .. Prefixed("spec.targets.actors.*.", "timeout", "retry", "circuitBreaker", "circuitBreakerScope", "circuitBreakerCacheSize"),
            .. Prefixed("spec.targets.components.*.inbound.", "timeout", "retry", "circuitBreaker"),
            .. Prefixed("spec.targets.components.*.outbound.", "timeout", "retry", "circuitBreaker"),
            "scopes[]",
        ],
        ["Configuration"] =
        [
            .. Head,
            .. Prefixed("spec.tracing.", "samplingRate", "stdout", "zipkin.endpointAddress", "otel.protocol", "otel.endpointAddress", "otel.isSecure", "otel.timeout"),
            .. Prefixed("spec.metric.", Metric),
            .. Prefixed("spec.metrics.", Metric),
            .. Prefixed("spec.secrets.scopes[].", "storeName", "defaultAccess", "allowedSecrets[]", "deniedSecrets[]"),
            .. Prefixed("spec.api.allowed[].", "name", "version", "protocol"),
            .. Prefixed("spec.api.denied[].", "name", "version", "protocol"),
            .. Prefixed("spec.nameResolution.", "component", "version", "configuration.*"),
            .. Prefixed("spec.workflow.", "maxConcurrentWorkflowInvocations", "maxConcurrentActivityInvocations", "stateRetentionPolicy.*"),
            .. Prefixed("spec.logging.apiLogging.", "enabled", "obfuscateURLs", "omitHealthChecks"),
            "spec.components.deny[]", "spec.features[].name", "spec.features[].enabled", "spec.mtls.enabled",
        ],
    };

    private static readonly string[] AnyState = ["actorStateStore", "keyPrefix", "outboxPublishPubsub", "outboxPublishTopic", "outboxPubsub", "outboxDiscardWhenMissingState"];

    private static readonly string[] AnyRedis =
    [
        "redisHost", "redisPort", "redisUsername", "redisPassword", "sentinelUsername", "sentinelPassword", "enableTLS", "insecureSkipTLSVerify", "clientCert", "clientKey",
        "failover", "sentinelMasterName", "redeliverInterval", "processingTimeout", "redisType", "redisDB", "redisMaxRetries", "redisMinRetryInterval",
        "redisMaxRetryInterval", "dialTimeout", "readTimeout", "writeTimeout", "poolSize", "poolTimeout", "maxConnAge", "minIdleConns", "idleCheckFrequency", "idleTimeout", "useEntraID",
    ];

    /// <summary>The metadata fields of a component, by type and version.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Metadata { get; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        ["state.redis/v1"] = [.. AnyState, .. AnyRedis, "ttlInSeconds", "queryIndexes"],
        ["state.postgresql/v2"] =
        [
            .. AnyState, "connectionString", "host", "hostaddr", "port", "database", "user", "password", "sslRootCert", "timeout", "timeoutInSeconds", "tablePrefix",
            "metadataTableName", "cleanupInterval", "cleanupIntervalInSeconds", "maxConns", "connectionMaxIdleTime", "queryExecMode", "useAzureAD", "useAWSIAM",
        ],
        ["pubsub.redis/v1"] = [.. AnyRedis, "consumerID", "queueDepth", "concurrency", "maxLenApprox", "streamTTL"],
        ["secretstores.local.env/v1"] = ["prefix"],
    };

    /// <summary>Whether a path is one of the known ones.</summary>
    public static bool Knows(IEnumerable<string> known, string path)
    {
        var parts = path.Split('.');
        return known.Select(pattern => pattern.Split('.')).Any(pattern => pattern.Length == parts.Length && pattern.Zip(parts).All(pair => pair.First == "*" || pair.First == pair.Second));
    }

    private static IEnumerable<string> Prefixed(string prefix, params string[] keys) => keys.Select(key => prefix + key);
}
