using System.Text.Json;

namespace Fuzz.World;

/// <summary>What an answer of a sidecar must look like.</summary>
internal static class ErrorShape
{
    private const int VersionNotSupported = 505;

    /// <summary>What is wrong with an answer, or null: a 5xx that is not the app's own has Dapr's JSON error, and none is a fault of the sidecar itself.</summary>
    public static string? Problem(RawAnswer answer, bool isHead)
    {
        if (answer.Header("X-Smuggled") is not null)
        {
            return "a value became a header of the answer";
        }

        if (isHead || answer.Status is < 500 or VersionNotSupported || answer.Header(FuzzApp.Mark) is not null)
        {
            return null;
        }

        try
        {
            using var body = JsonDocument.Parse(answer.Body);
            return body.RootElement is not { ValueKind: JsonValueKind.Object } error || !error.TryGetProperty("errorCode", out var code) || !error.TryGetProperty("message", out var message) || message.GetString() is not { Length: > 0 }
                ? $"{answer.Status} without errorCode and message: {answer.Text}"
                : code.GetString() == "ERR_INTERNAL" ? $"a fault of the sidecar: {answer.Text}" : null;
        }
        catch (JsonException)
        {
            return $"{answer.Status} without Dapr's error shape: {answer.Text}";
        }
    }
}
