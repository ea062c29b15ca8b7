using System.Globalization;
using Sidecar.Workflows.Engine;
using YamlDotNet.RepresentationModel;

namespace Sidecar.Components;

/// <summary>Turns a validated Configuration document into a <see cref="ConfigurationSpec"/>.</summary>
internal static class ConfigurationReader
{
    public static ConfigurationSpec Read(ResourceDocument document)
    {
        var spec = document.Root.At("spec");
        var rate = spec.TextAt("tracing", "samplingRate");
        var zipkin = spec.TextAt("tracing", "zipkin", "endpointAddress");
        return new ConfigurationSpec
        {
            SamplingConfigured = rate is not null,
            SamplingRate = double.TryParse(rate, CultureInfo.InvariantCulture, out var value) ? value : 0,
            ZipkinEndpoint = Uri.TryCreate(zipkin, UriKind.Absolute, out var endpoint) ? endpoint : null,
            Otel = ReadOtel(spec.At("tracing", "otel")),
            ExporterConfigured = zipkin is not null || spec.TextAt("tracing", "otel", "endpointAddress") is not null || spec.TextAt("tracing", "stdout") == "true",
            SecretScopes = spec.ListAt("secrets", "scopes").Where(scope => scope.TextAt("storeName") is not null)
                .GroupBy(scope => scope.TextAt("storeName")!, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => ReadScope(group.Last()), StringComparer.Ordinal),
            AccessControl = ReadAccessControl(spec.At("accessControl")),
            AllowedApis = ReadApis(spec, "allowed"),
            DeniedApis = ReadApis(spec, "denied"),
            HttpPipeline = ReadPipeline(spec, "httpPipeline"),
            AppHttpPipeline = ReadPipeline(spec, "appHttpPipeline"),
            DisabledFeatures = [.. spec.ListAt("features").Where(feature => Is(feature.TextAt("enabled"), "false")).Select(feature => feature.TextAt("name") ?? "")],
            Features = [.. spec.ListAt("features").Where(feature => Is(feature.TextAt("enabled"), "true")).Select(feature => feature.TextAt("name") ?? "")],
            DeniedComponents = spec.TextsAt("components", "deny"),
            Workflow = ReadWorkflow(spec.At("workflow")),
            Metrics = ReadMetrics(spec.At("metrics") ?? spec.At("metric")),
            ApiLogging = bool.TryParse(spec.TextAt("logging", "apiLogging", "enabled"), out var logs) ? logs : null,
        };
    }

    // As in daprd both the address and the protocol must be said.
    private static OtelSpec? ReadOtel(YamlNode? node)
    {
        var (address, protocol) = (node.TextAt("endpointAddress"), node.TextAt("protocol"));
        if (string.IsNullOrEmpty(address) || string.IsNullOrEmpty(protocol))
        {
            return null;
        }

        var scheme = Is(node.TextAt("isSecure"), "false") ? "http" : "https";
        var endpoint = address.Contains("://", StringComparison.Ordinal) ? address : $"{scheme}://{address}";
        var timeout = node.TextAt("timeout") is { } text && GoDuration.TryParse(text, out var given) && given > TimeSpan.Zero ? given : TimeSpan.FromSeconds(10);
        return Uri.TryCreate(endpoint, UriKind.Absolute, out var url) ? new OtelSpec(url, Is(protocol, "grpc"), [.. node.ListAt("headers").Select(ReadHeader)], timeout) : null;
    }

    // Two forms: "name=value", and name and value as members.
    private static KeyValuePair<string, string> ReadHeader(YamlNode header)
    {
        if (header is not YamlScalarNode { Value: var text })
        {
            return KeyValuePair.Create(header.TextAt("name") ?? "", header.TextAt("value") ?? "");
        }

        var parts = (text ?? "").Split('=', 2);
        return KeyValuePair.Create(parts[0].Trim(), parts.Length > 1 ? parts[1].Trim() : "");
    }

    private static MetricsSpec ReadMetrics(YamlNode? node)
    {
        var defaults = new MetricsSpec();
        var buckets = node.TextsAt("latencyDistributionBuckets");
        return new MetricsSpec
        {
            Enabled = !Is(node.TextAt("enabled"), "false"),
            IncreasedCardinality = !Is(node.TextAt("http", "increasedCardinality"), "false"),
            ExcludeVerbs = Is(node.TextAt("http", "excludeVerbs"), "true"),
            PathMatching = node.TextsAt("http", "pathMatching"),
            RecordErrorCodes = Is(node.TextAt("recordErrorCodes"), "true"),
            Rules = [.. node.ListAt("rules").SelectMany(rule => rule.ListAt("labels").Select(label => ReadRule(rule, label)))],
            LatencyBuckets = buckets.Count > 0 ? [.. buckets.Select(text => double.TryParse(text, CultureInfo.InvariantCulture, out var bound) ? bound : 0).Where(bound => bound > 0).Order()] : defaults.LatencyBuckets,
        };
    }

    private static MetricRule ReadRule(YamlNode rule, YamlNode label) => new(
        rule.TextAt("name") ?? "",
        label.TextAt("name") ?? "",
        [.. (label.At("regex") as YamlMappingNode)?.Children.Select(pair => new LabelReplacement(pair.Value.ToString(), pair.Key.ToString())).Where(pair => MetricRule.Problem(pair.Pattern) is null) ?? []]);

    private static WorkflowSpec ReadWorkflow(YamlNode? node)
    {
        return new WorkflowSpec
        {
            MaxConcurrentTurns = Limit("maxConcurrentWorkflowInvocations"),
            MaxConcurrentActivities = Limit("maxConcurrentActivityInvocations"),
            Retention = new WorkflowRetention(Kept("anyTerminal"), Kept("completed"), Kept("failed"), Kept("terminated")),
        };

        int? Limit(string key) => int.TryParse(node.TextAt(key), CultureInfo.InvariantCulture, out var limit) && limit > 0 ? limit : null;

        TimeSpan? Kept(string status) => GoDuration.TryParse(node.TextAt("stateRetentionPolicy", status), out var period) ? period : null;
    }

    private static SecretScope ReadScope(YamlNode scope) =>
        new(!Is(scope.TextAt("defaultAccess"), "deny"), scope.TextsAt("allowedSecrets"), scope.TextsAt("deniedSecrets"));

    // As in daprd: without a default action and without policies nothing is controlled; with policies the default is to deny.
    private static AccessControlSpec? ReadAccessControl(YamlNode? node)
    {
        var policies = node.ListAt("policies").ToList();
        var action = node.TextAt("defaultAction");
        return action is null && policies.Count == 0
            ? null
            : new AccessControlSpec(Is(action, "allow"), node.TextAt("trustDomain") ?? "public", [.. policies.Select(policy => policy.TextAt("appId") ?? "")]);
    }

    private static List<PipelineHandler> ReadPipeline(YamlNode? spec, string pipeline) =>
        [.. spec.ListAt(pipeline, "handlers").Select(handler => new PipelineHandler(handler.TextAt("name") ?? "", handler.TextAt("type") ?? ""))];

    private static List<ApiRule> ReadApis(YamlNode? spec, string list) =>
        [.. spec.ListAt("api", list).Select(rule => new ApiRule(rule.TextAt("name") ?? "", rule.TextAt("version") ?? "", rule.TextAt("protocol") ?? ""))];

    private static bool Is(string? text, string word) => string.Equals(text, word, StringComparison.OrdinalIgnoreCase);
}
