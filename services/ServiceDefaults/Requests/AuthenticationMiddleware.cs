using System.Security.Cryptography;
using System.Text;
using Dapr;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace ServiceDefaults;

/// <summary>Establishes the request context by the endpoint's access rule, or answers 401 / 403.</summary>
internal sealed class AuthenticationMiddleware(RequestDelegate next, ITokenVerifier verifier, IConfiguration configuration)
{
    private static readonly AccessRule Anyone = new(AccessKind.Anyone, []);
    private static readonly AccessRule SidecarOnly = new(AccessKind.Sidecar, []);
    private readonly byte[] _appToken = Encoding.UTF8.GetBytes(configuration["APP_API_TOKEN"] ?? "");

    public async Task InvokeAsync(HttpContext context)
    {
        var rule = RuleOf(context);
        var refusal = rule.Kind switch
        {
            AccessKind.Sidecar => await AdmitSidecarAsync(context),
            AccessKind.TokenIgnored => Anonymous(context),
            _ => await AdmitAsync(context, rule),
        };
        await (refusal?.ExecuteAsync(context) ?? next(context));
    }

    // A subscription is for the sidecar even when nobody said so.
    private static AccessRule RuleOf(HttpContext context) => context.GetEndpoint()?.Metadata switch
    {
        null => Anyone,
        var metadata when metadata.GetMetadata<AccessRule>() is { } rule => rule,
        var metadata when metadata.GetMetadata<ITopicMetadata>() is not null => SidecarOnly,
        _ => Anyone,
    };

    private static ProblemResult? Anonymous(HttpContext context)
    {
        context.SetRequestContext(With(RequestContext.Anonymous(), context));
        return null;
    }

    private async Task<ProblemResult?> AdmitAsync(HttpContext context, AccessRule rule)
    {
        if (Bearer(context) is not { } token)
        {
            return rule.Kind == AccessKind.User ? Problems.Of(Codes.Unauthenticated, "Send a bearer token.") : Anonymous(context);
        }

        if (await AuthenticateAsync(context, token) is { } refusal)
        {
            return refusal;
        }

        return rule.Admits(context.RequestContext()) ? null : Problems.Of(Codes.Forbidden);
    }

    private async Task<ProblemResult?> AdmitSidecarAsync(HttpContext context)
    {
        if (_appToken.Length == 0 || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(context.Request.Headers[InternalHeaders.DaprApiToken].ToString()), _appToken))
        {
            return Problems.Of(Codes.Unauthenticated, "Only the service's own sidecar may call this.");
        }

        if (Bearer(context) is { } token)
        {
            return await AuthenticateAsync(context, token);
        }

        var tenant = context.Request.Headers[InternalHeaders.TenantId].ToString();
        var actor = context.Request.Headers[InternalHeaders.Actor].ToString();
        var system = RequestContext.System("sidecar", tenant.Length == 0 ? RequestContext.DefaultTenant : tenant);
        context.SetRequestContext(With(actor.StartsWith("system:", StringComparison.Ordinal) ? system with { Actor = actor } : system, context));
        return null;
    }

    private async Task<ProblemResult?> AuthenticateAsync(HttpContext context, string token)
    {
        var verdict = await verifier.VerifyAsync(token, context.RequestAborted);
        if (verdict.Context is not { } verified)
        {
            return verdict.Code == Codes.ServiceUnavailable
                ? Problems.Of(verdict.Code, "Tokens cannot be verified at the moment.", retryAfter: TimeSpan.FromSeconds(1))
                : Problems.Of(verdict.Code!);
        }

        context.SetRequestContext(With(verified, context));
        return null;
    }

    private static RequestContext With(RequestContext value, HttpContext context) => value with
    {
        Ip = ClientAddress(context),
        UserAgent = context.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? agent : null,
    };

    // The gateway sets the first element itself; sidecars may append theirs, which change with every restart.
    private static string? ClientAddress(HttpContext context) =>
        context.Request.Headers[InternalHeaders.ForwardedFor].ToString().Split(',')[0].Trim() is { Length: > 0 } forwarded ? forwarded : context.Connection.RemoteIpAddress?.ToString();

    private static string? Bearer(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        return header.Length == 0 ? null : header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : "";
    }
}
