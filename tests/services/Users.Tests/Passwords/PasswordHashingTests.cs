using Microsoft.Extensions.Options;
using Users.Passwords;

namespace Users.Tests.Passwords;

public sealed class PasswordHashingTests
{
    private const string Password = "a quite long Passphrase";

    [Fact]
    public async Task Check_RightAndWrongPassword_AreToldApart()
    {
        using var hashing = Hashing(100_000);
        var hash = await hashing.HashAsync(Password, CancellationToken.None);

        (await hashing.CheckAsync(hash, Password, CancellationToken.None)).Should().Be(PasswordCheck.Right);
        (await hashing.CheckAsync(hash, Password + "!", CancellationToken.None)).Should().Be(PasswordCheck.Wrong);
    }

    [Fact]
    public async Task Check_NoHash_IsWrongWhateverThePassword()
    {
        using var hashing = Hashing(100_000);

        (await hashing.CheckAsync(null, "the password of nobody", CancellationToken.None)).Should().Be(PasswordCheck.Wrong);
    }

    [Fact]
    public async Task Check_HashOfFewerRounds_AsksForANewOne()
    {
        using var old = Hashing(100_000);
        using var hashing = Hashing(210_000);
        var hash = await old.HashAsync(Password, CancellationToken.None);

        (await hashing.CheckAsync(hash, Password, CancellationToken.None)).Should().Be(PasswordCheck.RightButWeaklyHashed);
    }

    [Fact]
    public void Options_Default_IsTheRecommendedCost() => new PasswordOptions().Iterations.Should().Be(210_000);

    private static PasswordHashing Hashing(int iterations) => new(Options.Create(new PasswordOptions { Iterations = iterations }));
}
