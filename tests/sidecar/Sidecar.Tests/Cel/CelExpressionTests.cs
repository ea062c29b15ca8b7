using System.Text.Json.Nodes;
using Sidecar.Cel;
using Sidecar.PubSub;

namespace Sidecar.Tests.Cel;

public sealed class CelExpressionTests
{
    private const string Event = """
        {"type":"order.paid","source":"orders","data":{"n":11,"k":"a","l":[1,2],"tags":["hot"],"name":"abcz","vip":true,"a":{"b":{"c":"x"}},"none":null}}
        """;

    // The last one of a name counts, and half a surrogate pair is U+FFFD, as in Go.
    [Theory]
    [InlineData("""{"type":"a","data":{"n":1,"n":2}}""", "event.data.n == 2")]
    [InlineData("""{"type":"a","type":"b"}""", "event.type == 'b'")]
    [InlineData("""{"type":"\ud800"}""", "event.type == '\uFFFD'")]
    [InlineData("""{"type":"\ud83d\ude00"}""", "event.type == '\U0001F600'")]
    [InlineData("""{"type":"\\ud800"}""", "event.type.endsWith('ud800')")]
    public void Matches_OddJson_IsReadAsGoDoes(string cloudEvent, string rule) =>
        CelExpression.Parse(rule).Matches(CloudEvent.Parse(System.Text.Encoding.UTF8.GetBytes(cloudEvent), out _)!.ToJson()).Should().BeTrue();

    [Theory]
    [InlineData("event.type == \"order.paid\"", true)]
    [InlineData("event.type == 'order.created'", false)]
    [InlineData("event.type != 'x' && event.source == 'orders'", true)]
    [InlineData("event.type == 'x' || event.data.n > 10", true)]
    [InlineData("!(event.data.n <= 10)", true)]
    [InlineData("event.data.n == 11", true)]
    [InlineData("event.data.n == 11.0 && 1 + 2 * 3 == 7 && 7 % 4 == 3 && -1 < 0", true)]
    [InlineData("event.data.k in ['a', 'b'] && size(event.data.l) == 2 && event.data.l.size() == 2", true)]
    [InlineData("event.data.k in ['b']", false)]
    [InlineData("'k' in event.data", true)]
    [InlineData("has(event.data.vip) && event.data.vip", true)]
    [InlineData("has(event.data.missing)", false)]
    [InlineData("event.data.tags.exists(x, x == 'hot')", true)]
    [InlineData("event.data.tags.all(x, x.startsWith('h')) && event.data.tags.exists_one(t, t == 'hot')", true)]
    [InlineData("event.data.tags.map(x, x + '!')[0] == 'hot!' && event.data.tags.filter(x, x != 'hot') == []", true)]
    [InlineData("event.data.name.matches('^a.*z$') && event.data.name.contains('bc') && event.data.name.endsWith('z')", true)]
    [InlineData("event.data['a'][\"b\"].c == 'x'", true)]
    [InlineData("event.data.n > 10 ? event.data.vip : false", true)]
    [InlineData("event.data.none == null", true)]
    [InlineData("int('5') == 5 && string(5) == '5' && double('1.5') > 1", true)]
    [InlineData("false && event.data.missing == 1", false)]
    [InlineData("event.data.missing == 1 || true", true)]
    [InlineData("r'a\\b' == 'a\\\\b'", true)]
    public void Matches_OverAnEvent_GivesTheTruth(string rule, bool expected)
    {
        CelExpression.Parse(rule).Matches(JsonNode.Parse(Event)).Should().Be(expected);
    }

    [Theory]
    [InlineData("event.data.missing == 1")]
    [InlineData("event.data.name > 10")]
    [InlineData("event.data.n")]
    [InlineData("foo.bar == 1")]
    [InlineData("event.data.n % 2 == 0")]
    [InlineData("event.data.l[5] == 1")]
    [InlineData("1 / 0 == 1")]
    [InlineData("event.data.n.startsWith('a')")]
    [InlineData("event.data.missing == 1 && true")]
    [InlineData("event.data.name.matches('(')")]
    public void Matches_CannotBeEvaluated_Throws(string rule)
    {
        var expression = CelExpression.Parse(rule);

        var act = () => expression.Matches(JsonNode.Parse(Event));

        act.Should().Throw<CelEvaluationException>();
    }

    [Theory]
    [InlineData("event.type ==")]
    [InlineData("event.type = 'x'")]
    [InlineData("(event.type")]
    [InlineData("'open")]
    [InlineData("event.")]
    [InlineData("unknown(1)")]
    [InlineData("has(event)")]
    [InlineData("")]
    [InlineData("1e")]
    public void Parse_NoCel_ThrowsASyntaxError(string rule)
    {
        var act = () => CelExpression.Parse(rule);

        act.Should().Throw<CelSyntaxException>();
    }

    [Fact]
    public void Parse_EndlessNesting_ThrowsASyntaxError()
    {
        foreach (var rule in (string[])[new string('(', 2000), new string('!', 2000), new string('x', 10_000)])
        {
            var act = () => CelExpression.Parse(rule);
            act.Should().Throw<CelSyntaxException>();
        }
    }
}
