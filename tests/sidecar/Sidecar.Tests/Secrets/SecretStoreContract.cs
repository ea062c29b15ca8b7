using System.Text.Json;
using Sidecar.Components;
using Sidecar.Secrets;

namespace Sidecar.Tests.Secrets;

/// <summary>What every secret store must do.</summary>
public abstract class SecretStoreContract : IAsyncLifetime
{
    private ISecretStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = Create(new Dictionary<string, string>(StringComparer.Ordinal) { ["plain"] = "value", ["Plain"] = "other", ["unicode"] = "Grüße ☃", ["empty"] = "" });
        await _store.StartAsync(CancellationToken.None);
    }

    public virtual Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("plain", "value")]
    [InlineData("Plain", "other")]
    [InlineData("unicode", "Grüße ☃")]
    [InlineData("empty", "")]
    public void Get_KnownSecret_IsItsValueUnderItsName(string name, string value)
    {
        _store.Contains(name).Should().BeTrue();
        _store.Get(name).Should().Equal(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
    }

    [Fact]
    public void Get_UnknownSecret_HasNoValue()
    {
        _store.Contains("missing").Should().BeFalse();
        (_store.Get("missing")?.Values ?? []).Should().NotContain(value => value.Length > 0);
    }

    [Fact]
    public void GetAll_ListsEverySecretAsGetAnswersIt() => _store.GetAll().Should().HaveCount(4).And.OnlyContain(secret => secret.Value.SequenceEqual(_store.Get(secret.Key)!));

    private protected abstract ISecretStore Create(Dictionary<string, string> secrets);
}

public sealed class EnvironmentSecretStoreTests : SecretStoreContract
{
    private protected override ISecretStore Create(Dictionary<string, string> secrets) =>
        new EnvironmentSecretStore(new ComponentSpec("env", "secretstores.local.env", "v1", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase), "env.yaml"), secrets);
}

public sealed class FileSecretStoreTests : SecretStoreContract
{
    private readonly string _file = Path.GetTempFileName();

    public override Task DisposeAsync()
    {
        File.Delete(_file);
        return Task.CompletedTask;
    }

    private protected override ISecretStore Create(Dictionary<string, string> secrets)
    {
        File.WriteAllText(_file, JsonSerializer.Serialize(secrets));
        return new FileSecretStore(new ComponentSpec("file", "secretstores.local.file", "v1", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["secretsFile"] = _file }, "file.yaml"));
    }
}
