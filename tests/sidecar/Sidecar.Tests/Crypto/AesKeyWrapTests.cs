using Sidecar.Crypto;

namespace Sidecar.Tests.Crypto;

public sealed class AesKeyWrapTests
{
    // The example of RFC 3394, section 4.6.
    private static readonly byte[] WrappingKey = Convert.FromHexString("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F");
    private static readonly byte[] Key = Convert.FromHexString("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F");
    private static readonly byte[] Wrapped = Convert.FromHexString("28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21");

    [Fact]
    public void Wrap_ExampleOfTheStandard_GivesItsResult() => AesKeyWrap.Wrap(WrappingKey, Key).Should().Equal(Wrapped);

    [Fact]
    public void Unwrap_ExampleOfTheStandard_GivesTheKey() => AesKeyWrap.Unwrap(WrappingKey, Wrapped).Should().Equal(Key);

    [Fact]
    public void Unwrap_OneBitChanged_IsRefused()
    {
        byte[] changed = [.. Wrapped];
        changed[^1] ^= 1;

        var act = () => AesKeyWrap.Unwrap(WrappingKey, changed);

        act.Should().Throw<CryptoException>();
    }
}
