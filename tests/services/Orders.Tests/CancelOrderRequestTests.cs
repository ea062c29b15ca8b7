using Orders.Cancelling;

namespace Orders.Tests;

public class CancelOrderRequestTests
{
    [Theory]
    [InlineData("changed my mind", false)]
    [InlineData("first line\nsecond line", false)]
    [InlineData("a\0b", true)]
    [InlineData("a\u001bb", true)]
    [InlineData(" ", true)]
    public void Validate_Reason_TakesTextOnly(string reason, bool failed) => new CancelOrderRequest(reason).Validate().Failed.Should().Be(failed);
}
