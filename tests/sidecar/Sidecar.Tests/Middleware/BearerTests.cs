using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Middleware;

public sealed class BearerTests : IAsyncLifetime
{
    private const string Audience = "shop";
    private readonly ECDsa _curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly List<object> _published = [];
    private FakeApp _issuer = null!;
    private FakeApp _app = null!;

    private string Issuer => $"http://127.0.0.1:{_issuer.Port}";

    public async Task InitializeAsync()
    {
        _published.AddRange([Curve("ec", _curve), Rsa("rsa", _rsa)]);
        _app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        _issuer = await FakeApp.StartAsync(async context =>
        {
            context.Response.ContentLength = context.Request.Path == "/breaks-off" ? 10_000 : null;
            object answer = context.Request.Path == "/keys" ? new { keys = _published } : new { issuer = $"http://127.0.0.1:{context.Connection.LocalPort}", jwks_uri = $"http://127.0.0.1:{context.Connection.LocalPort}/keys" };
            await context.Response.WriteAsync(JsonSerializer.Serialize(answer));
        });
    }

    public async Task DisposeAsync()
    {
        await _issuer.DisposeAsync();
        await _app.DisposeAsync();
        _curve.Dispose();
        _rsa.Dispose();
    }

    [Theory]
    [InlineData("ES256", "ec")]
    [InlineData("RS256", "rsa")]
    [InlineData("PS512", "rsa")]
    public async Task Token_SignedByAPublishedKey_IsLetThrough(string algorithm, string key)
    {
        await using var sidecar = await StartAsync("");

        (await CallAsync(sidecar, Token(algorithm, key, Claims()))).Should().Be((HttpStatusCode.OK, "x"));
        (await CallAsync(sidecar, Token(algorithm, key, Claims(audience: new[] { "other", Audience })))).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Request_WithoutAToken_Is401AndDoesNotReachTheApp()
    {
        await using var sidecar = await StartAsync($"{{name: jwksURL, value: '{Issuer}/keys'}}");

        (await CallAsync(sidecar, null)).Should().Be((HttpStatusCode.Unauthorized, "Unauthorized"));
        (await CallAsync(sidecar, "garbage")).Status.Should().Be(HttpStatusCode.Unauthorized);

        _app.Seen.Should().BeEmpty();
        (await sidecar.Client.GetAsync("v1.0/healthz")).StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Token_ThatIsNotMeantForHere_IsRefused()
    {
        await using var sidecar = await StartAsync("");
        var now = TimeProvider.System.GetUtcNow();
        object[] claims =
        [
            Claims(issuer: "http://elsewhere"), Claims(audience: "other"), Claims(expires: now.AddMinutes(-6)), Claims(begins: now.AddMinutes(6)),
            new { iss = Issuer, aud = Audience, exp = "tomorrow" }, new { aud = Audience }, new { iss = Issuer },
        ];

        foreach (var one in claims)
        {
            (await CallAsync(sidecar, Token("ES256", "ec", one))).Status.Should().Be(HttpStatusCode.Unauthorized, JsonSerializer.Serialize(one));
        }

        (await CallAsync(sidecar, Token("ES256", "ec", Claims(expires: now.AddMinutes(-4))))).Status.Should().Be(HttpStatusCode.OK, "clocks may differ by five minutes");
    }

    [Fact]
    public async Task Token_ThatChoosesItsAlgorithm_IsRefused()
    {
        await using var sidecar = await StartAsync("");
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var claims = Claims();
        string[] tokens =
        [
            Compact(new { alg = "none", kid = "ec" }, claims, _ => []),
            Compact(new { alg = "HS256", kid = "rsa" }, claims, signed => HMACSHA256.HashData(_rsa.ExportRSAPublicKey(), signed)),
            Compact(new { alg = "ES256", kid = "rsa" }, claims, signed => _curve.SignData(signed, HashAlgorithmName.SHA256)),
            Compact(new { alg = "ES256", kid = "ec" }, claims, signed => stranger.SignData(signed, HashAlgorithmName.SHA256)),
            Compact(new { alg = "ES256" }, claims, signed => _curve.SignData(signed, HashAlgorithmName.SHA256)),
            Compact(new { alg = "ES256", kid = "ec", crit = new[] { "b64" } }, claims, signed => _curve.SignData(signed, HashAlgorithmName.SHA256)),
        ];

        foreach (var token in tokens)
        {
            (await CallAsync(sidecar, token)).Status.Should().Be(HttpStatusCode.Unauthorized, token);
        }
    }

    [Fact]
    public async Task Start_IssuerThatNamesAnother_IsRefused()
    {
        var start = async () => await TestSidecar.StartAsync(options => options with { AppPort = _app.Port }, [Component($"{{name: issuer, value: '{Issuer}/'}}")], Configuration);

        (await start.Should().ThrowAsync<SidecarStartException>()).WithMessage("*OpenID configuration says*");
    }

    [Fact]
    public async Task Start_NobodyHasTheKeys_SaysSo()
    {
        var start = async () => await StartAsync($"{{name: jwksURL, value: 'http://127.0.0.1:{FreePort.Next()}/keys'}}");

        (await start.Should().ThrowAsync<SidecarStartException>()).WithMessage("*jwksURL*gives no keys*");
    }

    [Fact]
    public async Task Start_KeysThatBreakOff_SaysSo()
    {
        var start = async () => await StartAsync($"{{name: jwksURL, value: '{Issuer}/breaks-off'}}");

        (await start.Should().ThrowAsync<SidecarStartException>()).WithMessage("*jwksURL*gives no keys*");
    }

    private const string Configuration = "apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata: {name: cfg}\nspec:\n  httpPipeline:\n    handlers:\n    - {name: who, type: middleware.http.bearer}\n";

    private static string Component(string metadata) =>
        $"apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {{name: who}}\nspec: {{type: middleware.http.bearer, version: v1, metadata: [{metadata}, {{name: audience, value: {Audience}}}]}}";

    private Task<TestSidecar> StartAsync(string more) => TestSidecar.StartAsync(
        options => options with { AppPort = _app.Port }, [Component($"{{name: issuer, value: '{Issuer}'}}{(more.Length > 0 ? ", " : "")}{more}")], Configuration);

    private static async Task<(HttpStatusCode Status, string Body)> CallAsync(TestSidecar sidecar, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1.0/invoke/app/method/m") { Content = new StringContent("x") };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await sidecar.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private object Claims(string? issuer = null, object? audience = null, DateTimeOffset? expires = null, DateTimeOffset? begins = null) => new
    {
        iss = issuer ?? Issuer,
        aud = audience ?? Audience,
        exp = (expires ?? TimeProvider.System.GetUtcNow().AddMinutes(5)).ToUnixTimeSeconds(),
        nbf = (begins ?? TimeProvider.System.GetUtcNow().AddMinutes(-1)).ToUnixTimeSeconds(),
    };

    private string Token(string algorithm, string key, object claims) => Compact(new { alg = algorithm, kid = key }, claims, signed => algorithm switch
    {
        "ES256" => _curve.SignData(signed, HashAlgorithmName.SHA256),
        "RS256" => _rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        _ => _rsa.SignData(signed, HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
    });

    private static string Compact(object header, object claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(header))}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static object Curve(string id, ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new { kty = "EC", crv = "P-256", kid = id, use = "sig", x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y) };
    }

    private static object Rsa(string id, RSA key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return new { kty = "RSA", kid = id, n = Base64Url.EncodeToString(parameters.Modulus), e = Base64Url.EncodeToString(parameters.Exponent) };
    }
}
