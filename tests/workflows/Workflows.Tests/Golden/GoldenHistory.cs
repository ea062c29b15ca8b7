using System.Text.Json;
using System.Text.Json.Serialization;
using Dapr.Workflow;
using Workflows.Tests.Replay;

namespace Workflows.Tests.Golden;

/// <summary>
/// A run of a workflow that is kept. Instances that are under way when a new version is installed are replayed by its code: as long as the
/// code fits the histories kept here, it fits theirs.
/// </summary>
internal sealed record GoldenHistory(string Workflow, JsonElement Input, IReadOnlyList<GoldenEntry> Entries, JsonElement Output)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerOptions.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static GoldenHistory Parse(string json) => JsonSerializer.Deserialize<GoldenHistory>(json, Format)!;

    /// <summary>Runs a workflow in virtual time and keeps what happened.</summary>
    public static async Task<GoldenHistory> RecordAsync<TInput, TOutput>(WorkflowReplay replay, Func<Workflow<TInput, TOutput>> workflow, TInput input)
    {
        var output = await replay.RunAsync(workflow, input);
        return new GoldenHistory(workflow().GetType().Name, ToJson(input), [.. replay.Recorded], ToJson(output));
    }

    public string ToText() => JsonSerializer.Serialize(this, Format) + "\n";

    /// <summary>Replays it; null when today's code fits, else what was expected and what was found.</summary>
    public Task<string?> CompareAsync<TInput, TOutput>(Func<Workflow<TInput, TOutput>> workflow) => Task.Run(() => ReplayAsync(workflow()));

    private static JsonElement ToJson<T>(T value) => JsonSerializer.SerializeToElement(value, JsonSerializerOptions.Web);

    private async Task<string?> ReplayAsync<TInput, TOutput>(Workflow<TInput, TOutput> workflow)
    {
        var context = new ReplayContext("instance", WorkflowReplay.Start);
        var running = workflow.RunAsync(context, Input.Deserialize<TInput>(JsonSerializerOptions.Web)!);
        foreach (var entry in Entries)
        {
            if (!entry.IsAction)
            {
                context.Apply(entry.ToEvent());
            }
            else if (Found(context, entry.Id, running) is var found && found != entry.ActionText())
            {
                return $"{Workflow}: action #{entry.Id}: expected {entry.ActionText()}, found {found}";
            }
        }

        var asked = Entries.Count(entry => entry.IsAction);
        if (context.Actions.Count > asked)
        {
            return $"{Workflow}: action #{asked}: expected nothing more, found {Found(context, asked, running)}";
        }

        if (!running.IsCompletedSuccessfully)
        {
            return $"{Workflow}: expected the end with {Output}, found {End(running)}";
        }

        var output = ToJson(await running);
        return JsonElement.DeepEquals(output, Output) ? null : $"{Workflow}: expected the end with {Output}, found {output}";
    }

    private static string Found(ReplayContext context, int id, Task running) =>
        id < context.Actions.Count ? GoldenEntry.Of(context.Actions[id], id).ActionText() : End(running);

    private static string End(Task running) => running switch
    {
        { IsFaulted: true } => $"a failure: {running.Exception!.InnerException!.Message}",
        { IsCompleted: true } => "the end of the workflow",
        _ => "a workflow that waits",
    };
}
