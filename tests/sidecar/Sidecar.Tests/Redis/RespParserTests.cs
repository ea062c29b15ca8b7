using System.Buffers;
using System.Text;
using Sidecar.Redis;

namespace Sidecar.Tests.Redis;

public sealed class RespParserTests
{
    [Theory]
    [InlineData("+OK\r\n", "OK")]
    [InlineData("$5\r\nhello\r\n", "hello")]
    [InlineData(":-12\r\n", "-12")]
    [InlineData("=7\r\ntxt:abc\r\n", "abc")]
    [InlineData(",3.5\r\n", "3.5")]
    [InlineData("#t\r\n", "1")]
    [InlineData("|1\r\n+a\r\n+b\r\n+real\r\n", "real")]
    public void TryRead_Scalar_GivesItsText(string wire, string expected)
    {
        Read(wire).AsText().Should().Be(expected);
    }

    [Theory]
    [InlineData("_\r\n")]
    [InlineData("$-1\r\n")]
    [InlineData("*-1\r\n")]
    public void TryRead_NoValue_IsNull(string wire)
    {
        Read(wire).IsNull.Should().BeTrue();
    }

    [Fact]
    public void TryRead_Error_KeepsItsMessage()
    {
        var reply = Read("-WRONGTYPE no\r\n");

        reply.Kind.Should().Be(RedisReplyKind.Error);
        reply.AsText().Should().Be("WRONGTYPE no");
    }

    [Fact]
    public void TryRead_NestedMap_GivesFields()
    {
        var fields = Read("%2\r\n+data\r\n$1\r\nx\r\n+list\r\n*2\r\n:1\r\n:2\r\n").AsFields();

        fields["data"].AsText().Should().Be("x");
        fields["list"].Items.Select(item => item.Integer).Should().Equal(1, 2);
    }

    [Fact]
    public void TryRead_EveryIncompletePrefix_AsksForMore()
    {
        var wire = Encoding.ASCII.GetBytes("*2\r\n$3\r\nabc\r\n%1\r\n+k\r\n:7\r\n");
        for (var length = 0; length < wire.Length; length++)
        {
            var buffer = new ReadOnlySequence<byte>(wire, 0, length);
            RespParser.TryRead(ref buffer, out _).Should().BeFalse($"{length} bytes are not enough");
            buffer.Length.Should().Be(length);
        }
    }

    [Theory]
    [InlineData("?what\r\n")]
    [InlineData("$x\r\n")]
    [InlineData("$99999999999\r\n")]
    [InlineData("*99999999\r\n")]
    [InlineData("\r\n")]
    public void TryRead_NotResp_Throws(string wire)
    {
        var act = () => Read(wire);

        act.Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void TryRead_EndlessNesting_Throws()
    {
        var act = () => Read(string.Concat(Enumerable.Repeat("*1\r\n", 1000)));

        act.Should().Throw<InvalidDataException>();
    }

    private static RedisReply Read(string wire)
    {
        var buffer = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(wire));
        RespParser.TryRead(ref buffer, out var reply).Should().BeTrue();
        buffer.IsEmpty.Should().BeTrue();
        return reply;
    }
}
