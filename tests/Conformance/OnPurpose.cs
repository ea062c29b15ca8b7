using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Conformance;

/// <summary>
/// The deviations on purpose of docs/compatibility.md, told by their rule and not by the scenario: where daprd loses data, breaks its own
/// documentation, lets a policy be bypassed or prints garbage. Each has a test of its own.
/// </summary>
internal static partial class OnPurpose
{
    private static readonly (string Name, Func<Scenario, string, bool> Is)[] Rules =
    [
        ("cel-error-keeps-the-event", IsEventAfterCelError),
        ("redis-failed-delivery-comes-again", IsRedelivery),
        ("redis-transaction-is-atomic", IsAtomicTransaction),
        ("big-integers-keep-their-digits", IsBigInteger),
        ("an-event-is-not-cut", IsUncutEvent),
        ("outbox-publishes-json", IsOutboxJson),
        ("secrets-are-not-go-text", IsReadableSecret),
        ("an-event-without-content-type-keeps-its-data", IsKeptEventData),
        ("a-binding-answer-is-applied", IsAppliedAnswer),
        ("encrypted-values-stay-json", IsEncryptedJson),
        ("outbox-of-a-failed-transaction-is-silent", IsSilentOutbox),
    ];

    /// <summary>The names of all deviations.</summary>
    public static IEnumerable<string> Names => Rules.Select(rule => rule.Name);

    /// <summary>The name of the deviation that a difference is, or null.</summary>
    public static string? Of(Scenario scenario, string difference) => Rules.FirstOrDefault(rule => rule.Is(scenario, difference)).Name;

    // A rule that cannot be evaluated does not match; daprd drops the event, the default route gets it here.
    private static bool IsEventAfterCelError(Scenario scenario, string difference) =>
        scenario.Area == "pubsub" && Setup(scenario).Contains("match", StringComparison.Ordinal) && Extra().Match(difference) is { Success: true } match && match.Groups["wanted"].Value == "0";

    // daprd acknowledges what the app failed to take, or could not be given; here it stays with the broker, pending, and comes again.
    private static bool IsRedelivery(Scenario scenario, string difference) =>
        Setup(scenario).Contains("pubsub.redis", StringComparison.Ordinal) && !difference.Contains("POST /dead", StringComparison.Ordinal)
        && new[] { Extra(), Pending() }.Any(pattern => pattern.Match(difference) is { Success: true } match
            && int.Parse(match.Groups["seen"].Value, CultureInfo.InvariantCulture) > int.Parse(match.Groups["wanted"].Value, CultureInfo.InvariantCulture));

    // After a failed transaction nothing of it is there.
    private static bool IsAtomicTransaction(Scenario scenario, string difference) =>
        Setup(scenario).Contains("state.redis", StringComparison.Ordinal)
        && Step().Match(difference) is { Success: true } match
        && scenario.Steps.Take(int.Parse(match.Groups["step"].Value, CultureInfo.InvariantCulture)).Any(step =>
            step["request"]!["path"]?.GetValue<string>().EndsWith("/transaction", StringComparison.Ordinal) == true && step["response"]?["status"]?.GetValue<int>() >= 400);

    private static bool IsBigInteger(Scenario scenario, string difference) =>
        Integers().Match(difference) is { Success: true } match
        && double.Parse(match.Groups["wanted"].Value, CultureInfo.InvariantCulture).Equals(double.Parse(match.Groups["seen"].Value, CultureInfo.InvariantCulture));

    // daprd publishes an event of one byte too many without its last byte; here it is refused.
    private static bool IsUncutEvent(Scenario scenario, string difference) =>
        Step().Match(difference) is { Success: true } match
        && scenario.Steps[int.Parse(match.Groups["step"].Value, CultureInfo.InvariantCulture)] is var step
        && step["request"]!["path"]?.GetValue<string>().Contains("/publish/", StringComparison.Ordinal) == true
        && step["request"]!["bodyRepeat"]?["count"]?.GetValue<int>() > 4 * 1024 * 1024
        && step["response"]!["status"]?.GetValue<int>() == 204;

    // An object that is saved without a content type is published as JSON; daprd prints it as Go does a map.
    private static bool IsOutboxJson(Scenario scenario, string difference)
    {
        if (!HasOutbox(scenario) || Attribute().Match(difference) is not { Success: true } match)
        {
            return false;
        }

        var wanted = JsonNode.Parse(match.Groups["wanted"].Value)!.GetValue<string>();
        return match.Groups["name"].Value == "datacontenttype"
            ? wanted == "text/plain" && match.Groups["seen"].Value == "\"application/json\""
            : GoText.Of(JsonNode.Parse(match.Groups["seen"].Value)) == wanted;
    }

    // daprd announces what a failed transaction did not save.
    private static bool IsSilentOutbox(Scenario scenario, string difference) =>
        HasOutbox(scenario)
        && Extra().Match(difference) is { Success: true } match && match.Groups["seen"].Value == "0"
        && Step().Match(difference) is { Success: true } step
        && scenario.Steps[int.Parse(step.Groups["step"].Value, CultureInfo.InvariantCulture)]["response"]?["status"]?.GetValue<int>() >= 400;

    // A secret that is no text reads as it is written; daprd prints it with a verb of the wrong type.
    private static bool IsReadableSecret(Scenario scenario, string difference) =>
        scenario.Area == "secrets" && difference.Contains("expected \"%!s(", StringComparison.Ordinal);

    // A value of an encrypted store reads as it was saved; daprd encrypts what Go prints of it.
    private static bool IsEncryptedJson(Scenario scenario, string difference) =>
        Setup(scenario).Contains("primaryEncryptionKey", StringComparison.Ordinal)
        && Body().Match(difference) is { Success: true } match
        && GoText.Of(JsonNode.Parse(match.Groups["seen"].Value)) == match.Groups["wanted"].Value;

    // daprd hands no data to a gRPC app when a CloudEvent does not say of which kind they are.
    private static bool IsKeptEventData(Scenario scenario, string difference) =>
        scenario.Area is "pubsub" or "appgrpc" or "grpc" && difference.Contains(" body $.data: not expected, got {\"$utf8\"", StringComparison.Ordinal);

    // Dapr's API reference lets an app answer an event with state to save and bindings to call; daprd leaves that undone.
    private static bool IsAppliedAnswer(Scenario scenario, string difference) =>
        scenario.Area == "bindings" && Setup(scenario).Contains("\\u0022storeName\\u0022", StringComparison.Ordinal)
        && Step().Match(difference) is { Success: true } match
        && scenario.Steps[int.Parse(match.Groups["step"].Value, CultureInfo.InvariantCulture)] is var step
        && step["request"]!["path"]?.GetValue<string>().StartsWith("/v1.0/state/", StringComparison.Ordinal) == true
        && step["response"]!["status"]?.GetValue<int>() == 204;

    private static bool HasOutbox(Scenario scenario) => Setup(scenario).Contains("outboxPublishTopic", StringComparison.Ordinal);

    private static string Setup(Scenario scenario) => scenario.Setup.ToJsonString();

    [GeneratedRegex(@"\.appSaw: saw (?<seen>\d+) requests .*, expected (?<wanted>\d+) ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Extra();

    // What Redis says of a group of consumers.
    [GeneratedRegex(
        @"\.response\.output: expected 'name\n(?<head>.*)\npending\n(?<wanted>\d+)\nlast-delivered-id\n[^\n]*\n(?<tail>.*)', got 'name\n\k<head>\npending\n(?<seen>\d+)\nlast-delivered-id\n[^\n]*\n\k<tail>'",
        RegexOptions.Singleline,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pending();

    [GeneratedRegex(@"\$\.(?<name>data|datacontenttype): expected (?<wanted>"".*""), got (?<seen>.+)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Attribute();

    [GeneratedRegex(@"\.response body: expected '(?<wanted>[^{\[""].*)', got '(?<seen>[{\[""].*)'$", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Body();

    [GeneratedRegex(@"^\$\.steps\[(?<step>\d+)\]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Step();

    [GeneratedRegex(@"expected '?(?<wanted>\d{17,})'?, got '?(?<seen>\d{17,})'?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Integers();
}
