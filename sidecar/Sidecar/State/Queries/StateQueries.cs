using System.Text.Json;
using Sidecar.Api.Http;

namespace Sidecar.State.Queries;

/// <summary>Answers queries of the alpha API, over HTTP and gRPC.</summary>
internal static class StateQueries
{
    /// <summary>What <paramref name="text"/> finds in <paramref name="store"/>, or the error.</summary>
    public static async Task<(QueryAnswer Answer, ApiError? Error)> RunAsync(LoadedStateStore store, ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        var answer = QueryAnswer.Refused("");
        if (store.Store.Queries is not { } queries)
        {
            return (answer, StateErrors.QueryUnsupported(store.Name));
        }

        if (store.Encryption is not null)
        {
            return (answer, StateErrors.QueryFailed(store.Name, "cannot query encrypted store"));
        }

        if (StateQueryReader.Read(text, out var problem) is not { } query)
        {
            return (answer, StateErrors.QueryFailed(store.Name, $"failed to parse JSON query body: {problem}"));
        }

        try
        {
            answer = await store.QueryAsync(queries, query, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever a store's driver throws becomes the API's error.
            answer = QueryAnswer.Refused(exception.Message);
        }

        return (answer, answer.Problem is { } reason ? StateErrors.QueryFailed(store.Name, reason) : null);
    }

    /// <summary>Writes what was found.</summary>
    public static void Write(Utf8JsonWriter writer, LoadedStateStore store, QueryAnswer answer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("results");
        foreach (var row in answer.Rows)
        {
            writer.WriteStartObject();
            writer.WriteString("key", store.Keys.Original(row.Key));
            writer.WritePropertyName("data");
            WriteData(writer, row.Data);
            writer.WriteString("etag", row.ETag);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (answer.Token.Length > 0)
        {
            writer.WriteString("token", answer.Token);
        }

        writer.WriteEndObject();
    }

    // A value may be nested as deeply as one that is saved, which is more than the writer checks.
    private static void WriteData(Utf8JsonWriter writer, ReadOnlyMemory<byte> data)
    {
        using var document = GoJson.Decode(data, out _);
        if (document is null)
        {
            writer.WriteStringValue(data.Span);
            return;
        }

        writer.WriteRawValue(GoJson.EscapeHtml(GoJson.Compact(document.RootElement)).Span, skipInputValidation: true);
    }
}
