using System.Text;
using Sidecar.Api.Http;

namespace Sidecar.Tests.Api;

public sealed class ProtoJsonTests
{
    [Theory]
    [InlineData("", "syntax error (line 1:1): unexpected token ")]
    [InlineData("[]", "syntax error (line 1:1): unexpected token [")]
    [InlineData("null", "syntax error (line 1:1): unexpected token null")]
    [InlineData("\"a\\\"b\"", "syntax error (line 1:1): unexpected token \"a\\\"b\"")]
    [InlineData("nope", "syntax error (line 1:1): invalid value nope")]
    [InlineData("{", "unexpected EOF")]
    [InlineData("{\n  bad", "syntax error (line 2:3): invalid value bad")]
    [InlineData("{'a':1}", "syntax error (line 1:2): invalid value '")]
    [InlineData("{\"a\"", "unexpected EOF")]
    [InlineData("{\"a\" 1}", "syntax error (line 1:6): unexpected character 1, missing \":\" after field name")]
    [InlineData("{\"a\":}", "syntax error (line 1:6): unexpected token }")]
    [InlineData("{\"a\":1,}", "syntax error (line 1:8): unexpected token }")]
    [InlineData("{\"a\":1 \"b\":2}", "syntax error (line 1:8): unexpected token \"b\"")]
    [InlineData("{,}", "syntax error (line 1:2): unexpected token ,")]
    [InlineData("{5:1}", "syntax error (line 1:2): unexpected token 5")]
    [InlineData("{\"ä\":[1,]}", "syntax error (line 1:9): unexpected token ]")]
    [InlineData("{\"a\":[1 2]}", "syntax error (line 1:9): unexpected token 2")]
    [InlineData("{\"a\":[}", "syntax error (line 1:7): unexpected token }")]
    [InlineData("{\"a\":01}", "syntax error (line 1:6): invalid value 01")]
    [InlineData("{\"a\":1.}", "syntax error (line 1:6): invalid value 1.")]
    [InlineData("{\"a\":-}", "syntax error (line 1:6): invalid value -")]
    [InlineData("{\"a\":truely}", "syntax error (line 1:6): invalid value truely")]
    [InlineData("{\"a\":ü}", "syntax error (line 1:6): invalid value ü")]
    [InlineData("{} {}", "syntax error (line 1:4): unexpected token {")]
    [InlineData("{}}", "syntax error (line 1:3): unexpected token }")]
    [InlineData("{\"a\":\"b", "unexpected EOF")]
    [InlineData("{\"a\":\"b\n\"}", "syntax error (line 1:6): invalid character '\\n' in string")]
    [InlineData("{\"a\":\"\\x\"}", "syntax error (line 1:6): invalid escape code \"\\\\x\" in string")]
    [InlineData("{\"a\":\"\\u12g4\"}", "syntax error (line 1:6): invalid escape code \"\\\\u12g4\" in string")]
    [InlineData("{\"a\":\"\\ud83dx-----\"}", "syntax error (line 1:6): invalid escape code \"x-----\" in string")]
    public void Parse_NoMessage_NamesTheFirstTokenOutOfPlace(string body, string problem)
    {
        ProtoJson.Parse(Encoding.UTF8.GetBytes(body), out var said).Should().BeNull();

        said.Should().Be($"proto: {problem}");
    }

    [Fact]
    public void Parse_BytesThatAreNoText_SaysSo() =>
        Problem([.. "{\"a\":\""u8, 0xFF, .. "\"}"u8]).Should().Be("proto: syntax error (line 1:6): invalid UTF-8 in string");

    [Theory]
    [InlineData("{}")]
    [InlineData(" {\"a\": [1, -0.5e+10, true, null, {\"b\": \"\\ud83d\\ude00 \\n ü\"}], \"a\": []}\r\n")]
    public void Parse_Message_IsRead(string body) => Problem(Encoding.UTF8.GetBytes(body)).Should().BeNull();

    [Theory]
    [InlineData(512, null)]
    [InlineData(513, "proto: exceeded max recursion depth")]
    public void Parse_Deep_IsBounded(int depth, string? problem) =>
        Problem(Encoding.UTF8.GetBytes("{\"a\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}")).Should().Be(problem);

    [Theory]
    [InlineData("""{"some_name":1,"unknown":2,"unknown":3,"value":{"a":1,"b":{"a":[null,-1.5e+308,1e-999]}}}""", null)]
    [InlineData("""{"unknown":1e999}""", null)]
    [InlineData("""{"someName":{"a":1e999,"a":2}}""", null)]
    [InlineData("""{"someName":1,"someName":2}""", "(line 1:15): duplicate field \"someName\"")]
    [InlineData("""{"someName":null,"some_name":2}""", "(line 1:18): duplicate field \"some_name\"")]
    [InlineData("""{"value":1e309}""", "(line 1:10): invalid google.protobuf.Value: 1e309")]
    [InlineData("""{"value":[{"ä":[true,-1E9991]}]}""", "(line 1:22): invalid google.protobuf.Value: -1E9991")]
    [InlineData("""{"value":{"a":1,"\u0061":2}}""", "(line 1:17): duplicate map key \"\\u0061\"")]
    [InlineData("""{"value":{"b":{"a":1},"a":{"a":[],"a":2}}}""", "(line 1:35): duplicate map key \"a\"")]
    public void Parse_KnownFields_AreCheckedAsTheirReaderDoes(string body, string? problem) =>
        Problem(Encoding.UTF8.GetBytes(body), new ProtoJsonFields("value", "some_name", "value")).Should().Be(problem is null ? null : $"proto: {problem}");

    private static string? Problem(byte[] body, ProtoJsonFields? fields = null)
    {
        using var document = ProtoJson.Parse(body, out var problem, fields);
        (document is null).Should().Be(problem is not null);
        return problem;
    }
}
