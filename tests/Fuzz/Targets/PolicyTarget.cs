using Fuzz.Input;
using Fuzz.World;

namespace Fuzz.Targets;

/// <summary>Ways round policies: without the token nothing answers but health, and of the limited sidecar only the allowed API does. The apps behind note whatever reaches them.</summary>
internal sealed class PolicyTarget(FuzzWorld world, Corpus corpus) : ITarget
{
    private readonly RequestSource _requests = new(corpus);
    private readonly HttpSender _tokened = new(() => world.Tokened);
    private readonly HttpSender _limited = new(() => world.Limited);
    private readonly HttpSender _open = new(() => world.Open);

    public string Name => "policy";

    public int Weight => 20;

    public async Task<Problem?> RunAsync(FuzzRandom random)
    {
        var request = _requests.Next(random);
        if (random.Percent(30))
        {
            request = request with { Target = Grammar.Path(random) };
        }

        if (!request.IsWellFormed || request.Headers.Any(header => header.Value == "right"))
        {
            return null;
        }

        var problem = random.Below(3) switch
        {
            0 => WithoutToken(await _tokened.SendAsync(request)),
            1 => WithoutRight(await _limited.SendAsync(request)),
            _ => Locked(await _open.SendAsync(request = request with { Target = request.Target.Replace("invoke/app", "invoke/locked", StringComparison.Ordinal) }), request.IsHead),
        };
        return problem is null ? null : new Problem(problem, request.ToString());
    }

    private static string? WithoutToken(RawAnswer answer) =>
        answer.End == ExchangeEnd.Answered && answer.Status is not (400 or 401 or 414 or 431 or 505) && !IsHealth(answer) ? $"answered {answer.Status} without the token: {answer.Text}" : null;

    // Health is open to everybody, and says nothing but how the sidecar is.
    private static bool IsHealth(RawAnswer answer) => answer.Status == 204 && answer.Body.Length == 0 || answer.Status is 404 or 500 && !answer.Text.Contains(FuzzWorld.Secret, StringComparison.Ordinal) || answer.Status == 200;

    private static string? WithoutRight(RawAnswer answer) =>
        answer.End != ExchangeEnd.Answered ? null
        : answer.Header(FuzzApp.Mark) is not null ? "the app answered through an API that is not allowed"
        : answer.Text.Contains(FuzzWorld.Secret, StringComparison.Ordinal) ? "a secret was shown"
        : null;

    private static string? Locked(RawAnswer answer, bool isHead) => answer.End == ExchangeEnd.Answered && answer.Text.Contains(FuzzWorld.Secret, StringComparison.Ordinal) ? "a secret was shown" : ErrorShape.Problem(answer, isHead);
}
