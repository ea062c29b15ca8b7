using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.Invocation;

namespace Sidecar.Middleware.Bearer;

/// <summary>
/// <c>middleware.http.bearer</c>: lets through requests with a token of an issuer for an audience, verified with the issuer's published keys; the rest is
/// answered 401. As in Dapr clocks may differ by five minutes.
/// </summary>
internal sealed class BearerMiddleware : IHttpMiddleware, IDisposable
{
    private const string Scheme = "Bearer ";
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private readonly HttpMessageInvoker _client = AppHttp.CreateClient();
    private readonly ComponentSpec _spec;
    private readonly ComponentContext _context;
    private readonly string _issuer;
    private readonly string _audience;
    private KeySet? _keys;

    public BearerMiddleware(ComponentSpec spec, ComponentContext context)
    {
        _spec = spec;
        _context = context;
        _issuer = spec["issuer"] ?? spec["issuerURL"] ?? throw ComponentException.Field(spec, "issuer", "is missing", "give the issuer of the tokens, e.g. https://accounts.example.com");
        _audience = spec["audience"] ?? spec["clientID"] ?? throw ComponentException.Field(spec, "audience", "is missing", "give the audience of the tokens, usually a client id");
    }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(StartLimit, _context.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var address = _spec["jwksURL"] is { } given ? Address("jwksURL", given) : await DiscoverAsync(linked.Token);
            _keys = new KeySet(_client, address, _context.Time, _context.Loggers.CreateLogger<KeySet>());
            await _keys.LoadAsync(linked.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            throw ComponentException.Field(_spec, _spec["jwksURL"] is null ? "issuer" : "jwksURL", $"gives no keys: {exception.Message}", "give an address that answers with the issuer's keys before the sidecar starts");
        }
    }

    /// <inheritdoc />
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (await AcceptsAsync(context.Request.Headers.Authorization.ToString(), context.RequestAborted))
        {
            await next(context);
            return;
        }

        await PlainAnswer.WriteAsync(context, StatusCodes.Status401Unauthorized, "Unauthorized");
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _keys?.Dispose();
        _client.Dispose();
    }

    private async ValueTask<bool> AcceptsAsync(string authorization, CancellationToken cancellationToken)
    {
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || WebToken.Read(authorization[Scheme.Length..]) is not { } token)
        {
            return false;
        }

        var keys = await _keys!.FindAsync(token.KeyId, cancellationToken);
        return keys.Any(key => key.Verifies(token.Algorithm, token.Signed, token.Signature)) && token.IsFor(_issuer, _audience, _context.Time.GetUtcNow(), Skew);
    }

    private async Task<Uri> DiscoverAsync(CancellationToken cancellationToken)
    {
        using var document = await KeySet.GetAsync(_client, Address("issuer", _issuer.TrimEnd('/') + "/.well-known/openid-configuration"), cancellationToken);
        var (issuer, keys) = (Text("issuer"), Text("jwks_uri"));
        return issuer != _issuer ? throw ComponentException.Field(_spec, "issuer", $"is '{_issuer}', but its OpenID configuration says '{issuer}'", "give it as the configuration does")
            : keys is null ? throw ComponentException.Field(_spec, "issuer", "has an OpenID configuration without 'jwks_uri'", "give jwksURL")
            : Address("issuer", keys);

        string? Text(string name) =>
            document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private Uri Address(string field, string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw ComponentException.Field(_spec, field, $"is '{text}'", "give an http or https URL");
}
