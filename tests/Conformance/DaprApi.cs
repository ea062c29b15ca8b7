namespace Conformance;

/// <summary>One row of the table in docs/compatibility.md.</summary>
/// <param name="Name">The part of Dapr's API.</param>
/// <param name="Scenarios">How the ids of its scenarios begin.</param>
/// <param name="Tests">Test classes of Sidecar.Tests that show it besides.</param>
/// <param name="Missing">What it has not, or has otherwise, beyond the deviations on purpose; empty = nothing known.</param>
internal sealed record DaprApi(string Name, IReadOnlyList<string> Scenarios, IReadOnlyList<string> Tests, string Missing = "")
{
    /// <summary>Nothing of it is there.</summary>
    public bool IsAbsent => Scenarios.Count == 0 && Tests.Count == 0;

    /// <summary>All rows; a scenario belongs to the first that it fits.</summary>
    public static IReadOnlyList<DaprApi> All { get; } =
    [
        new("Service invocation over HTTP, HTTPEndpoint, URLs", ["invoke-verbs", "invoke-path", "invoke-traversal", "invoke-res", "invoke-large", "invoke-appdown", "invoke-status", "invoke-unknown", "invoke-forms", "invoke-header", "invoke-url", "invoke-endpoint", "invoke-slow", "invoke-conc", "invoke-timeoutapp", "invoke-namespace", "invoke-sidecarheaders"], ["InvocationTests"]),
        new("Service invocation over gRPC, gRPC proxying, gRPC apps", ["invoke-grpc", "invoke-proxy", "appgrpc-"], ["GrpcAppTests", "GrpcProxyTests", "GrpcServerTests"]),
        new("API tokens, API allow lists, access control", ["invoke-token", "invoke-acl", "health-token", "health-apiaccess", "grpc-access"], ["InvocationTests"], "access rules by app id need mTLS, as in daprd: without it only the default action counts"),
        new("State: get, save, delete, bulk, transactions, ETags, ttl, key prefixes", ["state-"], ["StateApiTests", "InMemoryStateStoreTests", "RedisStateStoreTests", "PostgreSqlStateStoreTests", "StateQueryTests", "StateEncryptionTests"], "stores: in-memory, Redis, PostgreSQL v1 and v2; queries on PostgreSQL v1, encryption of values"),
        new("Publish and subscribe: CloudEvents, raw, bulk, routing, dead letters, scopes, streams", ["pubsub-"], ["PubSubApiTests", "InMemoryBrokerTests", "RedisBrokerTests", "RabbitMqBrokerTests"], "brokers: in-memory, Redis, RabbitMQ"),
        new("Bindings, input and output", ["bindings-"], ["InputBindingTests", "OutputBindingTests", "SmtpBindingTests"], "cron, http, smtp, localstorage, redis, postgresql"),
        new("Secrets with scopes", ["secrets-"], ["SecretsTests"], "local.file, local.env"),
        new("Configuration: get and subscribe", ["configuration-"], ["RedisConfigurationStoreTests", "PostgreSqlConfigurationStoreTests"], "Redis, PostgreSQL"),
        new("Distributed lock", ["lock-"], ["LockApiTests", "RedisLockStoreTests"], "Redis"),
        new("Actors: turns, reentrancy, timers, reminders, state", ["actors-"], ["ActorTests", "ActorTurnsTests", "ActorsOverGrpcTests", "ActorStreamTests"]),
        new("Jobs", ["jobs-"], ["JobTests", "JobsOverGrpcTests", "ScheduleRulesTests", "ScheduleStoreContract"]),
        new("Workflows over HTTP, gRPC and the task hub", ["workflow-"], ["WorkflowHttpApiTests", "WorkflowEngineContract", "WorkflowStoreContract", "WorkflowCrashTests"]),
        new("Cryptography", ["crypto-"], ["CryptoApiTests", "AesKeyWrapTests"], "keys in a local folder; the subtle API is refused as daprd refuses it"),
        new("State, publish and shutdown over gRPC", ["grpc-"], ["DaprServiceTests", "DaprProtoTests"]),
        new("Health, app health checks, metadata, start and shutdown, flags", ["health-healthz", "health-startup", "health-metadata", "health-routes", "health-shutdown", "health-apphealth", "health-componentsdeny", "health-flags"], ["HealthTests", "MetadataTests"], "`/v1.0/healthz` also turns 500 and names a component that lost its server"),
        new("HTTP middleware", ["health-middleware"], ["MiddlewareTests", "BearerTests"], "bearer, uppercase, routerchecker, routealias, ratelimit"),
        new("Resiliency: timeouts, retries, breakers, matching, trips, defaults", ["resiliency-"], ["ResiliencyTests", "TripConditionTests"]),
        new("Tracing: spans, `traceparent`", ["tracing-"], ["TracingTests", "OtlpTests"], "exports to Zipkin and OTLP (HTTP and gRPC)"),
        new("Prometheus metrics", ["metrics-"], ["MetricsTests"], "sizes of answers of unknown length count as 0; 2,000 series a metric, the rest in one"),
        new("Conversation", [], [], "no component of the kind: answers as daprd does without one"),
        new("mTLS, placement and scheduler as processes, name resolution components", [], [], "one machine, one process"),
    ];

    /// <summary>The row of a scenario.</summary>
    public static DaprApi Of(string id) => All.FirstOrDefault(api => api.Scenarios.Any(begin => id.StartsWith(begin, StringComparison.Ordinal)))
        ?? throw new InvalidOperationException($"no row of the compatibility table is about scenario '{id}'; add its beginning to {nameof(DaprApi)}");
}
