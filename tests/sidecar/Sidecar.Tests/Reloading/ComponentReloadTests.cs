using System.Net.Http.Json;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Reloading;

/// <summary>Bindings, secret stores and crypto providers that change.</summary>
public sealed class ComponentReloadTests : HotReloadTest
{
    [Fact]
    public async Task Component_ExchangedDuringACall_TheCallEndsOnTheOldOne()
    {
        await StartAsync(Http("out", "/slow"));
        var call = Sidecar.Client.PostAsJsonAsync("v1.0/bindings/out", new { operation = "get" });
        await Eventually.TrueAsync(() => Calls("/slow") == 1, "the call is under way");

        (await TakeAsync(("00", Http("out", "/quick")))).Should().BeEmpty();
        (await (await Sidecar.Client.PostAsJsonAsync("v1.0/bindings/out", new { operation = "get" })).Content.ReadAsStringAsync()).Should().Be("quick");
        AnswerSlowCalls();

        (await (await call).Content.ReadAsStringAsync()).Should().Be("slow");
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task InputBinding_Changed_CallsTheNewRoute()
    {
        await StartAsync(Cron("/old"));
        await Eventually.TrueAsync(() => Calls("/old") > 0, "the schedule fires");

        (await TakeAsync(("00", Cron("/new")))).Should().BeEmpty();

        await Eventually.TrueAsync(() => Calls("/new") > 0, "it fires on the new route");
        var before = Calls("/old");
        var fired = Calls("/new");
        await Eventually.TrueAsync(() => Calls("/new") > fired, "it goes on");
        Calls("/old").Should().Be(before);
    }

    [Fact]
    public async Task Secrets_FileOfTheStoreChanged_IsReadAnew()
    {
        await StartAsync(Secrets("a"));
        (await Sidecar.Client.GetStringAsync("v1.0/secrets/s/k")).Should().Be("{\"k\":\"a\"}");

        (await TakeAsync(("00", Secrets("b")))).Should().BeEmpty();

        (await Sidecar.Client.GetStringAsync("v1.0/secrets/s/k")).Should().Be("{\"k\":\"b\"}");
    }

    [Fact]
    public async Task StateStore_KeyFromAnotherSecretOfTheSameValue_BearsItsName()
    {
        await StartAsync(Keys(), Encrypted("a"));
        await SaveAsync("enc", "k");
        (await StatusAsync("state/enc/k")).Should().Be(200);

        (await TakeAsync(("01", Encrypted("b")))).Should().BeEmpty();

        using var answer = await Sidecar.Client.GetAsync("v1.0/state/enc/k");
        (await answer.Content.ReadAsStringAsync()).Should().Contain("no encryption key named a");
    }

    [Fact]
    public async Task CryptoProvider_OfAnotherFolder_HasItsKeys()
    {
        var folder = Directory.CreateTempSubdirectory("keys-");
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "key"), new byte[32]);
        string Vault(string path) => RunningSidecar.Component("vault", "crypto.dapr.localstorage", ("path", path));
        await StartAsync(Vault(Path.GetTempPath()));
        (await EncryptAsync()).Should().Be(500);

        (await TakeAsync(("00", Vault(folder.FullName)))).Should().BeEmpty();

        (await EncryptAsync()).Should().Be(200);
        folder.Delete(recursive: true);

        async Task<int> EncryptAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "v1.0-alpha1/crypto/vault/encrypt") { Content = new StringContent("x") };
            request.Headers.Add("dapr-key-name", "key");
            request.Headers.Add("dapr-key-wrap-algorithm", "AES");
            using var response = await Sidecar.Client.SendAsync(request);
            return (int)response.StatusCode;
        }
    }

    private static string Http(string name, string path) => RunningSidecar.Component(name, "bindings.http", ("url", "{{app}}" + path));

    private static string Cron(string route) => RunningSidecar.Component("clock", "bindings.cron", ("schedule", "@every 1s"), ("route", route), ("direction", "input"));

    private static string Encrypted(string secret) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: { name: enc }
        spec: { type: state.in-memory, version: v1, metadata: [{ name: primaryEncryptionKey, secretKeyRef: { name: {{secret}}, key: {{secret}} } }] }
        auth: { secretStore: s }
        """;

    private string Keys() => SecretsOf("keys", """{"a":"00112233445566778899aabbccddeeff","b":"00112233445566778899aabbccddeeff"}""");

    private string Secrets(string value) => SecretsOf(value, $$"""{"k":"{{value}}"}""");

    private string SecretsOf(string name, string content)
    {
        var file = Path.Combine(Path.GetTempPath(), $"secrets-{AppPort}-{name}.json");
        File.WriteAllText(file, content);
        return RunningSidecar.Component("s", "secretstores.local.file", ("secretsFile", file));
    }
}
