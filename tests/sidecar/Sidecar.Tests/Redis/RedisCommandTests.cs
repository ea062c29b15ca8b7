using System.Text;
using Sidecar.Redis;

namespace Sidecar.Tests.Redis;

public sealed class RedisCommandTests
{
    [Fact]
    public void Of_ArgumentsOfAllKinds_IsExactlyTheirWireForm()
    {
        ReadOnlyMemory<byte> memory = "memory"u8.ToArray();

        var command = RedisCommand.Of("XADD", "Grüße", "bytes"u8.ToArray(), memory, 12, 9_999_999_999, -1, "");

        Encoding.UTF8.GetString(command.Wire.Span).Should().Be(
            "*8\r\n$4\r\nXADD\r\n$7\r\nGrüße\r\n$5\r\nbytes\r\n$6\r\nmemory\r\n$2\r\n12\r\n$10\r\n9999999999\r\n$2\r\n-1\r\n$0\r\n\r\n");
    }

    [Theory]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(100_000)]
    public void Of_LengthsAroundADigit_AreWrittenWhole(int length)
    {
        var text = new string('x', length);

        Encoding.UTF8.GetString(RedisCommand.Of("SET", text).Wire.Span).Should().Be($"*2\r\n$3\r\nSET\r\n${length}\r\n{text}\r\n");
    }
}
