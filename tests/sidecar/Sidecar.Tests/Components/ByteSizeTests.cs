using Sidecar.Components;

namespace Sidecar.Tests.Components;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("4Mi", 4L << 20)]
    [InlineData("512Ki", 512L << 10)]
    [InlineData("16k", 16_000L)]
    [InlineData("10M", 10_000_000L)]
    [InlineData("1.5M", 1_500_000L)]
    [InlineData(".5k", 500L)]
    [InlineData("4e6", 4_000_000L)]
    [InlineData("1E", 1_000_000_000_000_000_000L)]
    [InlineData("77", 77L)]
    [InlineData("0", 0L)]
    [InlineData("0.0", 0L)]
    [InlineData("-1", -1L)]
    [InlineData("1.5Mi", null)]
    [InlineData("1.5", null)]
    [InlineData("500m", null)]
    [InlineData("16K", null)]
    [InlineData("9Ei", null)]
    [InlineData("much", null)]
    [InlineData("", null)]
    [InlineData("Mi", null)]
    public void Parse_Size_IsReadAsKubernetesWritesIt(string text, long? expected) => ByteSize.Parse(text).Should().Be(expected);
}
