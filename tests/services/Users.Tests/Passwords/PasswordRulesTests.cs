using ServiceDefaults;
using Users.Passwords;

namespace Users.Tests.Passwords;

public sealed class PasswordRulesTests
{
    [Theory]
    [InlineData("a quite long Passphrase")]
    [InlineData("demo-Passw0rd!")]
    public void Check_GoodPassword_Passes(string password) => Errors(password).Should().BeEmpty();

    [Theory]
    [InlineData(null)]
    [InlineData("elevenchars")]
    [InlineData("password1234")]
    [InlineData("PASSWORDPASSWORD")]
    [InlineData("qwertyuiop123")]
    [InlineData("Somebody@Example.org")]
    public void Check_BadPassword_IsRefused(string? password) => Errors(password).Should().ContainSingle();

    [Theory]
    [InlineData(11, false)]
    [InlineData(12, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void Check_Length_IsTwelveToOneHundredTwentyEight(int length, bool fine)
    {
        var password = string.Concat(Enumerable.Range(0, length).Select(n => (char)('a' + (n * 7 % 26))));

        (Errors(password).Count == 0).Should().Be(fine);
    }

    private static IReadOnlyDictionary<string, string[]> Errors(string? password)
    {
        var validation = new Validation();
        PasswordRules.Check(validation, password, "somebody@example.org");
        return validation.Errors;
    }
}
