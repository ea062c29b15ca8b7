using System.Text;
using Sidecar.Components;
using Sidecar.State;

namespace Sidecar.Tests.State;

/// <summary>Keys that are exchanged, and the secrets they come from.</summary>
public sealed class StateEncryptionKeysTests
{
    private const string Old = "00112233445566778899aabbccddeeff";
    private const string New = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    [Theory]
    [InlineData("keys", "keys")]
    [InlineData("old", "new")]
    public void Open_ValueOfTheKeyBefore_IsReadWhateverTheSecretsAreCalled(string before, string now)
    {
        var written = Seal(With(("primaryEncryptionKey", before, Old)), "value");
        var both = With(("primaryEncryptionKey", now, New), ("secondaryEncryptionKey", before, Old));

        var read = both.Open(new StateItem(written, "1"))!;

        read.Problem.Should().BeNull();
        Encoding.UTF8.GetString(read.Data.Span).Should().Be("value");
    }

    [Fact]
    public void Seal_TwoKeysOfOneSecret_UsesThePrimary()
    {
        var written = Seal(With(("primaryEncryptionKey", "keys", New), ("secondaryEncryptionKey", "keys", Old)), "value");

        With(("primaryEncryptionKey", "keys", New)).Open(new StateItem(written, "1"))!.Problem.Should().BeNull();
        With(("primaryEncryptionKey", "keys", Old)).Open(new StateItem(written, "1"))!.Problem.Should().Be("cipher: message authentication failed");
    }

    [Theory]
    [InlineData("a||b")]
    [InlineData("||")]
    [InlineData("|a")]
    public void From_SecretWhoseNameHidesTheSeparator_IsRefused(string secret)
    {
        var create = () => With(("primaryEncryptionKey", secret, Old));

        create.Should().Throw<ComponentException>().WithMessage($"*metadata 'primaryEncryptionKey' refers to secret '{secret}'*");
    }

    [Theory]
    [InlineData("a|b")]
    [InlineData("a|")]
    public void Open_SecretWithABarInItsName_IsFound(string secret)
    {
        var encryption = With(("primaryEncryptionKey", secret, Old));

        encryption.Open(new StateItem(Seal(encryption, "value"), "1"))!.Problem.Should().BeNull();
    }

    private static ReadOnlyMemory<byte> Seal(StateEncryption encryption, string value) =>
        ((SetOperation)encryption.Seal(new SetOperation("k", Encoding.UTF8.GetBytes(value), false, null, "", "", new Dictionary<string, string>()))).Value;

    private static StateEncryption With(params (string Field, string Secret, string Key)[] keys)
    {
        var metadata = keys.ToDictionary(key => key.Field, key => key.Key, StringComparer.OrdinalIgnoreCase);
        return StateEncryption.From(new ComponentSpec("enc", "state.in-memory", "v1", metadata, "enc.yaml") { Secrets = keys.ToDictionary(key => key.Field, key => key.Secret, StringComparer.OrdinalIgnoreCase) })!;
    }
}
