using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dapr.AspNetCore;

/// <summary>Accepts a request that carries the app's API token in the header Dapr-Api-Token.</summary>
internal sealed class DaprAuthenticationHandler(IOptionsMonitor<DaprAuthenticationOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<DaprAuthenticationOptions>(options, logger, encoder)
{
    private const string Header = "Dapr-Api-Token";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Authenticate());

    private AuthenticateResult Authenticate()
    {
        if (!Request.Headers.TryGetValue(Header, out var token))
        {
            return AuthenticateResult.NoResult();
        }

        if (string.IsNullOrWhiteSpace(Options.Token))
        {
            return AuthenticateResult.Fail("App API Token not configured.");
        }

        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token.ToString()), Encoding.UTF8.GetBytes(Options.Token)))
        {
            return AuthenticateResult.Fail("Not authenticated.");
        }

        var principal = new ClaimsPrincipal(new ClaimsIdentity(Scheme.Name));
        return AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme.Name));
    }
}
