using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Fuzz.Input;
using Sidecar.Cel;
using Sidecar.PubSub;

namespace Fuzz.Targets;

/// <summary>Routing rules in CEL over any event: a rule is understood or refused, gives a boolean or says that it cannot, and soon.</summary>
internal sealed class RuleTarget(Corpus corpus) : ITarget
{
    private const string Sample = """{"type":"a","data":{"n":5,"x":"yes"}}""";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly string[] Deep = ["(", "!", "[", "{\"a\":", "-", "a?b:", "size(", "event."];

    public string Name => "rule";

    public int Weight => 10;

    public Task<Problem?> RunAsync(FuzzRandom random)
    {
        var text = random.Below(10) switch
        {
            < 5 => Grammar.Rule(random),
            < 9 when corpus.Rules.Count > 0 => Mutation.Text(random, random.Pick(corpus.Rules)),
            _ => string.Concat(Enumerable.Repeat(random.Pick(Deep), 1 + random.Below(20_000))),
        };
        var clock = Stopwatch.StartNew();
        try
        {
            CelExpression.Parse(text).Matches(Event(random));
        }
        catch (Exception exception) when (exception is CelSyntaxException or CelEvaluationException)
        {
            // What it may say.
        }
        catch (Exception exception)
        {
            return Task.FromResult<Problem?>(new Problem(exception.ToString(), text));
        }

        return Task.FromResult(Problem.IfSlow(clock.Elapsed, Longest, text));
    }

    private static JsonObject? Event(FuzzRandom random) => CloudEvent.Parse(Encoding.UTF8.GetBytes(random.Percent(70) ? Grammar.Json(random) : Sample), out _)?.ToJson();
}
