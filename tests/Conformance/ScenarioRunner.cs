using System.Text.Json.Nodes;

namespace Conformance;

/// <summary>Replays one scenario against embedded sidecars in this process and returns the differences; none = passed.</summary>
internal static class ScenarioRunner
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs it.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(Scenario scenario, Stores stores)
    {
        var world = new World(scenario, stores);
        var comparison = new Comparison(world.Placeholders, scenario.Area == "tracing", scenario.Unstable);
        try
        {
            await ReplayAsync(scenario, world, comparison).WaitAsync(Limit);
        }
        catch (NotReplayableException exception)
        {
            comparison.Add($"not replayed: {exception.Message}");
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            comparison.Add($"failed: {exception.GetType().Name}: {exception.Message}");
        }

        try
        {
            await world.DisposeAsync();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            comparison.Add($"stop failed: {exception.GetType().Name}: {exception.Message}");
        }

        return comparison.Differences;
    }

    private static async Task ReplayAsync(Scenario scenario, World world, Comparison comparison)
    {
        await world.PrepareAsync();
        for (var i = 0; i < scenario.Steps.Count; i++)
        {
            var step = scenario.Steps[i];
            var at = $"$.steps[{i}]";
            var request = step["request"]!.AsObject();
            await (request["protocol"]?.GetValue<string>() switch
            {
                "http" => HttpStep.RunAsync(world, at, step, request, comparison),
                "grpc" => Grpc.GrpcStep.RunAsync(world, at, step, request, comparison),
                "grpc-stream" => Grpc.GrpcStreamStep.RunAsync(world, at, step, request, comparison),
                _ => ActionStep.RunAsync(world, at, request, step["response"] as JsonObject ?? [], comparison),
            });

            await world.Traffic.CompareAsync(at, step, comparison);
        }
    }
}
