using System.Text.Json;
using System.Text.Json.Nodes;

namespace ServiceDefaults;

/// <summary>The answers of saga steps: a business refusal is an outcome, never an error status.</summary>
public static class StepResults
{
    /// <summary>`{"outcome":"done", ...}` with the members of <paramref name="extra"/>.</summary>
    public static StoredResponse Done(object? extra = null)
    {
        var body = new JsonObject { ["outcome"] = "done" };
        if (extra is not null && JsonSerializer.SerializeToNode(extra, ServiceJson.Options) is JsonObject members)
        {
            foreach (var (name, value) in members.ToList())
            {
                members.Remove(name);
                body[name] = value;
            }
        }

        return new StoredResponse(200, body);
    }

    /// <summary>`{"outcome":"rejected","code":...,"detail":...}`.</summary>
    public static StoredResponse Rejected(string code, string detail) => new(200, new JsonObject { ["outcome"] = "rejected", ["code"] = code, ["detail"] = detail });
}
