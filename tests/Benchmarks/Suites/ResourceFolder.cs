using Benchmarks.Roles;
using Testing;

namespace Benchmarks.Suites;

/// <summary>A folder with the resources of the measured sidecars: tracing and resiliency as the platform has them, and the given components; their spans go to a sink.</summary>
internal sealed class ResourceFolder : IAsyncDisposable
{
    private static string Configuration(int collectorPort) => $"""
        apiVersion: dapr.io/v1alpha1
        kind: Configuration
        metadata:
          name: benchmark
        spec:
          tracing:
            samplingRate: "1"
            zipkin:
              endpointAddress: http://127.0.0.1:{collectorPort}/api/v2/spans
          metrics:
            enabled: true
        """;

    private const string Resiliency = """
        apiVersion: dapr.io/v1alpha1
        kind: Resiliency
        metadata:
          name: resiliency
        spec:
          policies:
            timeouts:
              call: 5s
            retries:
              again:
                policy: constant
                duration: 100ms
                maxRetries: 3
                matching:
                  httpStatusCodes: "502-504"
            circuitBreakers:
              breaker:
                trip: consecutiveFailures > 20
          targets:
            apps:
              callee:
                timeout: call
                retry: again
                circuitBreaker: breaker
            components:
              pubsub:
                inbound:
                  timeout: call
                  retry: again
                outbound:
                  timeout: call
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("benchmark-");

    private readonly SpanSink _spans = new();

    public ResourceFolder(params IEnumerable<string> components)
    {
        var configuration = _folder.CreateSubdirectory("configuration");
        File.WriteAllText(System.IO.Path.Combine(configuration.FullName, "configuration.yaml"), Configuration(_spans.Start()));
        File.WriteAllText(System.IO.Path.Combine(_folder.FullName, "resiliency.yaml"), Resiliency);
        foreach (var component in components)
        {
            File.WriteAllText(System.IO.Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.yaml"), component);
        }
    }

    public string Path => _folder.FullName;

    /// <summary>A component on the Redis server of this run.</summary>
    public static string Redis(string name, string type) =>
        Component(name, type, ("redisHost", TestServers.RedisHost), ("redisPassword", TestServers.RedisPassword));

    public static string Component(string name, string type, params IEnumerable<(string Name, string Value)> metadata) =>
        $"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: {name}
        spec:
          type: {type}
          version: v1
          metadata: [{string.Join(", ", metadata.Select(entry => $"{{name: {entry.Name}, value: \"{entry.Value}\"}}"))}]
        """;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _spans.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
