using Sidecar.Host.Commands;

namespace Sidecar.Host.Tests.Commands;

public sealed class ArgumentsTests
{
    [Fact]
    public void Values_BothForms_AreTaken()
    {
        var arguments = new Arguments(["--except", "orders", "--external=users,products", "-f", "x.yaml", "--follow", "word"]);

        arguments.Values("--except", "--external").Should().Equal("orders", "users,products");
        arguments.Value("-f", "--run-file").Should().Be("x.yaml");
        arguments.Flag("--follow").Should().BeTrue();
        arguments.Flag("--json").Should().BeFalse();
        arguments.Word("app").Should().Be("word");
        arguments.Done();
    }

    [Fact]
    public void Done_WordsLeft_NamesThem()
    {
        new Arguments(["--colour", "red"]).Invoking(arguments => arguments.Done()).Should().Throw<UsageException>().WithMessage("*--colour red*");
    }

    [Fact]
    public void Value_WithoutValue_SaysSo()
    {
        new Arguments(["-f"]).Invoking(arguments => arguments.Value("-f")).Should().Throw<UsageException>().WithMessage("-f needs a value.");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("x")]
    [InlineData("601")]
    public void Number_OutOfRange_SaysTheRange(string value)
    {
        new Arguments(["--stop-timeout", value]).Invoking(arguments => arguments.Number("--stop-timeout", 10, 1, 600)).Should().Throw<UsageException>().WithMessage("*from 1 to 600*");
    }
}
