using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sidecar.Api.Http;
using Sidecar.State;

namespace Sidecar.Bindings;

/// <summary>
/// What an application may answer to an event of an input binding, as Dapr's API reference has it: <c>state</c> to save in <c>storeName</c>, output
/// bindings (<c>to</c>) that get <c>data</c>, one after the other or (<c>concurrency: parallel</c>) at once.
/// </summary>
internal sealed partial class AppBindingAnswer(OutputBindings outputs, Func<string, LoadedStateStore?> findStore, ILogger logger)
{
    private const int MaxParallel = 16;
    private static readonly byte[] Null = "null"u8.ToArray();

    /// <summary>Does what the answer asks for; an answer of another shape asks for nothing. False when something of it did not work.</summary>
    public async Task<bool> ApplyAsync(string binding, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var document = GoJson.Decode(body, out _);
        if (document is not { RootElement: { ValueKind: JsonValueKind.Object } answer })
        {
            return true;
        }

        var saved = await SaveAsync(binding, answer, cancellationToken);
        var sent = await SendAsync(binding, answer, cancellationToken);
        return saved && sent;
    }

    private async Task<bool> SaveAsync(string binding, JsonElement answer, CancellationToken cancellationToken)
    {
        if (GoJson.Member(answer, "state") is not { ValueKind: JsonValueKind.Array } state || state.GetArrayLength() == 0)
        {
            return true;
        }

        var name = Text(answer, "storeName");
        if (findStore(name) is not { } store)
        {
            LogNoStore(binding, name);
            return false;
        }

        if (StateRequests.ReadSave(state, store, new Dictionary<string, string>(StringComparer.Ordinal), out var operations) is { } error)
        {
            LogNotSaved(binding, name, error.Message);
            return false;
        }

        try
        {
            if (await store.SaveAsync(operations, cancellationToken) is { } failure)
            {
                LogNotSaved(binding, name, failure.Message);
                return false;
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotSaved(binding, name, exception.Message);
            return false;
        }

        return true;
    }

    private async Task<bool> SendAsync(string binding, JsonElement answer, CancellationToken cancellationToken)
    {
        if (GoJson.Member(answer, "to") is not { ValueKind: JsonValueKind.Array } list)
        {
            return true;
        }

        var targets = list.EnumerateArray().Where(target => target.ValueKind == JsonValueKind.String).Select(target => target.GetString()!).ToList();
        var request = BindingRequest.Create(GoJson.Member(answer, "data") is { } data ? GoJson.Compact(data) : Null);
        var failed = 0;
        var parallel = Text(answer, "concurrency").Equals("parallel", StringComparison.OrdinalIgnoreCase);
        await Parallel.ForEachAsync(
            targets,
            new ParallelOptions { MaxDegreeOfParallelism = parallel ? MaxParallel : 1, CancellationToken = cancellationToken },
            async (target, token) =>
            {
                // In sequence, what failed ends the row.
                if ((parallel || Volatile.Read(ref failed) == 0) && (await outputs.InvokeAsync(target, request, token)).Error is { } error)
                {
                    Interlocked.Increment(ref failed);
                    LogNotSent(binding, target, error);
                }
            });
        return failed == 0;
    }

    private static string Text(JsonElement element, string name) => GoJson.Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    [LoggerMessage(3501, LogLevel.Error, "The app answered binding {Binding} with state for the unknown store '{Store}'; it is not saved")]
    private partial void LogNoStore(string binding, string store);

    [LoggerMessage(3502, LogLevel.Error, "The state that the app answered to binding {Binding} was not saved in store '{Store}': {Problem}")]
    private partial void LogNotSaved(string binding, string store, string problem);

    [LoggerMessage(3503, LogLevel.Error, "What the app answered to binding {Binding} was not sent to output binding {Target}: {Problem}")]
    private partial void LogNotSent(string binding, string target, string problem);
}
