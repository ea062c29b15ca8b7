using Sidecar.Telemetry;

namespace Sidecar.Tests.Telemetry;

public sealed class TraceParentTests
{
    private const string Valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public void TryParse_Valid_GivesItsPartsAndWritesThemAgain()
    {
        TraceParent.TryParse(Valid, out var parsed).Should().BeTrue();

        parsed.SpanId.Should().Be(0xb7ad6b7169203331);
        parsed.IsSampled.Should().BeTrue();
        parsed.ToString().Should().Be(Valid);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319--b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g")]
    public void TryParse_Invalid_IsFalse(string? text) => TraceParent.TryParse(text, out _).Should().BeFalse();

    [Theory]
    [InlineData(true, "00-0af7651916cd43dd8448eb211c80319c-0000000000000007-01")]
    [InlineData(false, "00-0af7651916cd43dd8448eb211c80319c-0000000000000007-00")]
    public void With_AnotherSpan_KeepsTheTrace(bool sampled, string expected)
    {
        TraceParent.TryParse(Valid, out var parsed).Should().BeTrue();

        parsed.With(7, sampled).ToString().Should().Be(expected);
    }
}
