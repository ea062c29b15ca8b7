using System.Text;
using Fuzz.Input;
using Fuzz.World;

namespace Fuzz.Targets;

/// <summary>Publishing: CloudEvents right and wrong, raw bytes, bulks, metadata.</summary>
internal sealed class EventTarget(FuzzWorld world) : ITarget
{
    private const string Event = """{"specversion":"1.0","id":"1","source":"s","type":"a","datacontenttype":"application/json","data":{"n":5,"x":"yes"},"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}""";
    private const string Bulk = """[{"entryId":"1","event":{"n":1},"contentType":"application/json","metadata":{"a":"b"}},{"entryId":"2","event":"text","contentType":"text/plain"},{"entryId":"3","event":"aGk=","contentType":"application/octet-stream"}]""";
    private static readonly string[] Topics = ["t", "raw", "bulk", "ruled", "ruled", "forbidden", "none", "t%2f", "%66orbidden", "x/../forbidden"];
    private static readonly string[] Types = ["application/cloudevents+json", "application/cloudevents+json; charset=utf-8", "application/json", "text/plain", "application/octet-stream", "application/xml", "x", ""];
    private readonly HttpSender _sender = new(() => world.Open);

    public string Name => "event";

    public int Weight => 15;

    public async Task<Problem?> RunAsync(FuzzRandom random)
    {
        var bulk = random.Percent(20);
        var body = random.Below(3) switch
        {
            0 => Grammar.Json(random),
            1 => bulk ? Bulk : Event,
            _ => Mutation.Text(random, bulk ? Bulk : Event),
        };
        var path = $"/v1.0{(bulk && random.Percent(50) ? "-alpha1" : "")}/publish/{(bulk ? "bulk/" : "")}pubsub/{random.Pick(Topics)}{random.Pick<string>(["", "", "?metadata.rawPayload=true", "?metadata.ttlInSeconds=" + Grammar.Time(random), "?metadata.a=%0d%0aX-Smuggled:%201", "?metadata.cloudevent.type=" + Uri.EscapeDataString(random.Pick<string>(["a", "", "\u20ac"]))])}";
        var request = new RawRequest("POST", path.Replace(' ', '+').Replace('\t', '+'), [("content-type", random.Pick(Types)), ("metadata.x", "%0d%0aX-Smuggled: 1")], Encoding.UTF8.GetBytes(body));
        if (!request.IsWellFormed)
        {
            return null;
        }

        var answer = await _sender.SendAsync(request);
        var problem = answer.End == ExchangeEnd.Answered ? ErrorShape.Problem(answer, isHead: false) : "no answer";
        return problem is null ? null : new Problem(problem, request.ToString());
    }
}
