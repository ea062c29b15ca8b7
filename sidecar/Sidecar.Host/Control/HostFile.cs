using System.Text.Json;
using System.Text.Json.Serialization;
using Sidecar.Host.Runs;

namespace Sidecar.Host.Control;

/// <summary>
/// <c>host.json</c> of a run folder: who runs there and how to talk to it. Only the owner can read it, since it holds the token of the control endpoint.
/// </summary>
internal sealed record HostFile(
    [property: JsonPropertyName("pid")] int ProcessId,
    [property: JsonPropertyName("controlUrl")] Uri ControlUrl,
    [property: JsonPropertyName("token")] string Token,
    [property: JsonPropertyName("runFile")] string RunFile,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Reads the file of a run folder; null when there is none.</summary>
    public static HostFile? Read(string runDirectory)
    {
        var path = PathIn(runDirectory);
        return File.Exists(path) ? JsonSerializer.Deserialize<HostFile>(File.ReadAllText(path)) : null;
    }

    /// <summary>Removes the file of a run folder.</summary>
    public static void Remove(string runDirectory) => File.Delete(PathIn(runDirectory));

    /// <summary>Writes it into a run folder.</summary>
    public void Write(string runDirectory) => PrivateFile.Write(PathIn(runDirectory), JsonSerializer.Serialize(this, Indented));

    private static string PathIn(string runDirectory) => Path.Combine(runDirectory, "host.json");
}
