using Users.Registration;

namespace Users.Tests.Registration;

public sealed class EmailRulesTests
{
    [Theory]
    [InlineData("a@b.co")]
    [InlineData("customer@demo.local")]
    [InlineData("first.last+tag@sub.example.org")]
    public void IsEmail_Address_IsTrue(string email) => EmailRules.IsEmail(email).Should().BeTrue();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a.b.co")]
    [InlineData("@b.co")]
    [InlineData("a@b")]
    [InlineData("a@.co")]
    [InlineData("a@b..co")]
    [InlineData("a@b@c.co")]
    [InlineData("a b@c.co")]
    [InlineData("a\0@c.co")]
    public void IsEmail_SomethingElse_IsFalse(string? email) => EmailRules.IsEmail(email).Should().BeFalse();

    [Fact]
    public void IsEmail_TooLong_IsFalse() => EmailRules.IsEmail($"a@{string.Join('.', Enumerable.Repeat("abcdefgh", 30))}").Should().BeFalse();
}
