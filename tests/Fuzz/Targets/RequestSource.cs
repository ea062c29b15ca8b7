using System.Text;
using Fuzz.Input;
using Fuzz.World;

namespace Fuzz.Targets;

/// <summary>Requests out of the recordings, changed, and out of the grammar.</summary>
internal sealed class RequestSource(Corpus corpus)
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND"];

    private static readonly (string Name, string Value)[] Headers =
    [
        ("dapr-app-id", "app"), ("dapr-app-id", "locked"), ("Authorization", "Basic ZGFwci1hcHAtaWQ6bG9ja2Vk"), ("dapr-api-token", "wrong"), ("dapr-api-token", ""), ("content-type", "application/cloudevents+json"),
        ("content-type", "text/plain"), ("content-type", "application/octet-stream"), ("content-type", ";;"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("traceparent", "ff-x"), ("tracestate", "a=b,c"),
        ("If-Match", "1"), ("If-Match", "*"), ("metadata.x", "%0d%0aX-Smuggled: 1"), ("dapr-reentrancy-id", "x"), ("X-Forwarded-For", "127.0.0.1"), ("Connection", "dapr-api-token"), ("TE", "trailers"), ("dapr-caller-app-id", "tokened"),
    ];

    /// <summary>A request.</summary>
    public RawRequest Next(FuzzRandom random)
    {
        var request = random.Percent(70) ? Recorded(random) : Built(random);
        if (random.Percent(25))
        {
            request = request with { Headers = [.. request.Headers, .. random.Some(3, () => Header(random))] };
        }

        return request;
    }

    private static RawRequest Built(FuzzRandom random) =>
        new(random.Pick(Methods), Grammar.Path(random), [("content-type", "application/json")], Encoding.UTF8.GetBytes(random.Percent(60) ? Grammar.Json(random) : ""));

    private static (string Name, string Value) Header(FuzzRandom random)
    {
        var (name, value) = random.Pick(Headers);
        return (name, random.Percent(20) ? Mutation.Text(random, value) : value);
    }

    private RawRequest Recorded(FuzzRandom random)
    {
        var recorded = random.Pick(corpus.Requests);
        var path = OnOurs(recorded.Path);
        var changed = random.Below(3);
        return new RawRequest(
            random.Percent(5) ? random.Pick(Methods) : recorded.Method.Length == 0 ? "GET" : recorded.Method,
            changed == 0 ? Mutation.Text(random, path) : path,
            random.Percent(15) ? [.. recorded.Headers.Select(header => (header.Name, Mutation.Text(random, header.Value)))] : recorded.Headers,
            Encoding.UTF8.GetBytes(changed == 1 && recorded.Body.Length > 0 ? Mutation.Text(random, recorded.Body) : recorded.Body));
    }

    // The recordings name components of their own.
    private static string OnOurs(string path)
    {
        var segments = path.Split('/');
        if (segments.Length > 3)
        {
            segments[3] = segments[2] switch
            {
                "state" => "store",
                "publish" when segments[3] != "bulk" => "pubsub",
                "secrets" => "secrets",
                "bindings" => "files",
                "actors" => "T",
                _ => segments[3],
            };
        }

        return string.Join('/', segments);
    }
}
