using ServiceDefaults;

namespace Gateway;

/// <summary>Finds out who calls: by API key, else by user, else by address. It refuses nobody yet: bad credentials are counted first.</summary>
internal sealed class IdentificationMiddleware(RequestDelegate next, ITokenVerifier verifier, ApiKeyStore keys)
{
    public const string ApiKeyHeader = "X-API-Key";
    public const string Scheme = "Bearer ";

    public async Task InvokeAsync(HttpContext context)
    {
        context.Features.Set(await IdentifyAsync(context));
        await next(context);
    }

    private async ValueTask<Client> IdentifyAsync(HttpContext context)
    {
        var address = $"ip:{context.Connection.RemoteIpAddress}";
        ApiKey? key = null;
        if (context.Request.Headers[ApiKeyHeader] is { Count: > 0 } given)
        {
            key = given.Count == 1 ? keys.Find(given[0] ?? "") : null;
            if (key is null)
            {
                return new Client(Tier.Anonymous, address, Problems.Of(Codes.InvalidApiKey));
            }
        }

        if (await AuthenticateAsync(context) is { } refusal)
        {
            return new Client(Tier.Anonymous, address, refusal);
        }

        return (key, context.RequestContext().UserId) switch
        {
            ({ } known, _) => new Client(known.Tier, $"key:{known.Name}"),
            (null, { } user) => new Client(Tier.Free, $"user:{user}"),
            _ => new Client(Tier.Anonymous, address),
        };
    }

    private async ValueTask<ProblemResult?> AuthenticateAsync(HttpContext context)
    {
        var route = context.Features.Get<RoutedRequest>()?.Route;
        var header = context.Request.Headers.Authorization.ToString();
        if (header.Length == 0 || route is null or { Access: RouteAccess.TokenIgnored })
        {
            return null;
        }

        var token = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : "";
        var verdict = await verifier.VerifyAsync(token, context.RequestAborted);
        if (verdict.Context is { } caller)
        {
            context.SetRequestContext(caller);
            return null;
        }

        return verdict.Code == Codes.ServiceUnavailable
            ? Problems.Of(Codes.ServiceUnavailable, "Tokens cannot be verified at the moment.", retryAfter: TimeSpan.FromSeconds(1))
            : Problems.Of(verdict.Code!);
    }
}
