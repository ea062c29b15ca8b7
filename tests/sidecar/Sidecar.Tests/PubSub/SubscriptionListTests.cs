using System.Text;
using Sidecar.PubSub;

namespace Sidecar.Tests.PubSub;

public sealed class SubscriptionListTests
{
    private const string Good = "{\"pubsubname\":\"p\",\"topic\":\"t\",\"route\":\"/t\"}";

    [Theory]
    [InlineData("5")]
    [InlineData("{\"pubsubname\":5}")]
    [InlineData("{\"topic\":[]}")]
    [InlineData("{\"route\":true}")]
    [InlineData("{\"routes\":\"/t\"}")]
    [InlineData("{\"routes\":{\"rules\":{}}}")]
    [InlineData("{\"routes\":{\"rules\":[\"/t\"]}}")]
    [InlineData("{\"routes\":{\"rules\":[{\"path\":5}]}}")]
    [InlineData("{\"routes\":{\"default\":5}}")]
    [InlineData("{\"metadata\":{\"rawPayload\":true}}")]
    [InlineData("{\"deadLetterTopic\":{}}")]
    [InlineData("{\"bulkSubscribe\":{\"enabled\":\"true\"}}")]
    [InlineData("{\"bulkSubscribe\":{\"maxMessagesCount\":1.5}}")]
    public void Read_OneWrongType_VoidsTheWholeList(string entry)
    {
        SubscriptionList.Read(Encoding.UTF8.GetBytes($"[{Good},{entry}]"), out var error).Should().BeNull();

        error.Should().StartWith("cannot unmarshal ");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[null,{}]")]
    [InlineData("[{\"pubsubname\":\"p\",\"topic\":\"t\"}]")]
    public void Read_NothingWithARoute_IsAnEmptyList(string body) =>
        SubscriptionList.Read(Encoding.UTF8.GetBytes(body), out _).Should().BeEmpty();

    [Fact]
    public void Read_NullsAndOtherSpellings_AreTakenAsDaprTakesThem()
    {
        var specs = SubscriptionList.Read("[{\"PubsubName\":\"p\",\"TOPIC\":\"t\",\"routes\":{\"rules\":[{\"match\":null,\"path\":\"/a\"}],\"default\":null},\"metadata\":{\"x\":null},\"bulkSubscribe\":null}]"u8.ToArray(), out _);

        specs.Should().ContainSingle().Which.Rules.Should().ContainSingle(rule => rule.Path == "/a");
    }
}
