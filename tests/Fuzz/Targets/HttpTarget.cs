using System.Text;
using Fuzz.Input;
using Fuzz.World;

namespace Fuzz.Targets;

/// <summary>The HTTP API of an open sidecar: every readable request is answered, in Dapr's shape where it fails, and shows nobody's secrets.</summary>
internal sealed class HttpTarget(FuzzWorld world, Corpus corpus) : ITarget
{
    private readonly RequestSource _requests = new(corpus);
    private readonly HttpSender _sender = new(() => world.Open);

    public string Name => "http";

    public int Weight => 35;

    public async Task<Problem?> RunAsync(FuzzRandom random)
    {
        var request = _requests.Next(random);
        if (request.IsWellFormed && !random.Percent(4))
        {
            var answer = await _sender.SendAsync(request);
            return Judge(request, answer) is { } problem ? new Problem(problem, request.ToString()) : null;
        }

        var bytes = Mutation.Bytes(random, request.ToBytes());
        if (bytes.AsSpan().IndexOf("\nX-Smuggled"u8) >= 0)
        {
            // Changed into the very header that must not come about otherwise.
            return null;
        }

        return Shown(await _sender.SendAsync(bytes), request.IsHead) is { } odd ? new Problem(odd, Encoding.UTF8.GetString(bytes)) : null;
    }

    private static string? Judge(RawRequest request, RawAnswer answer) => answer.End switch
    {
        ExchangeEnd.Silent when !HttpSender.MayWait(request) => "no answer",
        ExchangeEnd.Closed => "the connection was closed without an answer",
        _ => Shown(answer, request.IsHead),
    };

    private static string? Shown(RawAnswer answer, bool isHead) =>
        answer.End != ExchangeEnd.Answered ? null
        : answer.Text.Contains(FuzzWorld.Secret, StringComparison.Ordinal) ? "a secret was shown"
        : ErrorShape.Problem(answer, isHead);
}
