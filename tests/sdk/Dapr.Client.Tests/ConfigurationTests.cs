using System.Net.Sockets;
using System.Text;
using Sidecar.Tests.Hosting;

namespace Dapr.Client.Tests;

/// <summary>Configuration through our sidecar.</summary>
public sealed class ConfigurationTests
{
    [Fact]
    public async Task SubscribeConfiguration_ValueChanges_IsToldUntilTheSubscriptionEnds()
    {
        var key = $"sdk-{Guid.NewGuid():N}";
        await SetAsync(key, "one||1");
        await using var sidecar = await TestSidecar.StartAsync(options => options, [Store]);
        using var client = new DaprClientBuilder().UseHttpEndpoint($"http://127.0.0.1:{sidecar.Runtime.HttpPort}").UseGrpcEndpoint($"http://127.0.0.1:{sidecar.Runtime.GrpcPort}").Build();
        (await client.GetConfiguration("settings", [key])).Items[key].Value.Should().Be("one");

        var subscription = await client.SubscribeConfiguration("settings", [key]);
        subscription.Id.Should().BeEmpty();
        await using var changes = subscription.Source.GetAsyncEnumerator();
        (await changes.MoveNextAsync()).Should().BeTrue("the sidecar tells the id");
        subscription.Id.Should().NotBeEmpty();
        await SetAsync(key, "two||2");
        do
        {
            (await changes.MoveNextAsync()).Should().BeTrue("the change is told");
        }
        while (!changes.Current.TryGetValue(key, out var item) || item is not { Value: "two", Version: "2" });

        (await client.UnsubscribeConfiguration("settings", subscription.Id)).Ok.Should().BeTrue();
        (await changes.MoveNextAsync()).Should().BeFalse("the subscription is over");
    }

    [Fact]
    public async Task Failure_WithDetails_TellsThem()
    {
        await using var sidecar = await FakeSidecar.StartAsync();
        using var client = sidecar.Client();
        sidecar.Answer(400, """
            {"errorCode":"ERR_X","message":"m","details":[
              {"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"dapr.io","reason":"R","metadata":{"a":"b"}},
              {"@type":"type.googleapis.com/google.rpc.ResourceInfo","resource_type":"state","resource_name":"s","owner":"o","description":"d"},
              {"@type":"type.googleapis.com/google.rpc.BadRequest","field_violations":[{"field":"f","description":"wrong"}]},
              {"@type":"type.googleapis.com/google.rpc.RetryInfo","retry_delay":"1.5s"},
              {"@type":"type.googleapis.com/other"}]}
            """);

        var thrown = (await client.Invoking(dapr => dapr.GetSecretAsync("s", "k")).Should().ThrowAsync<DaprException>()).Which;

        Dapr.Common.Exceptions.DaprExceptionExtensions.TryGetExtendedErrorInfo(thrown, out var info).Should().BeTrue();
        info.Should().BeEquivalentTo(new { Code = 3, Message = "m" });
        info!.Details.Should().BeEquivalentTo(
            new object[]
            {
                new { Reason = "R", Domain = "dapr.io", Metadata = new Dictionary<string, string> { ["a"] = "b" } },
                new { ResourceType = "state", ResourceName = "s", Owner = "o", Description = "d" },
                new { FieldViolations = new[] { new { Field = "f", Description = "wrong" } } },
                new { Delay = new { Seconds = 1L, Nanos = 500_000_000 } },
                new { TypeUrl = "type.googleapis.com/other" },
            },
            options => options.WithStrictOrdering());
    }

    [Fact]
    public async Task Failure_WithoutDetails_HasNone()
    {
        await using var sidecar = await FakeSidecar.StartAsync();
        using var client = sidecar.Client();
        sidecar.Answer(500, """{"errorCode":"ERR_X","message":"m"}""");

        var thrown = (await client.Invoking(dapr => dapr.GetSecretAsync("s", "k")).Should().ThrowAsync<DaprException>()).Which;

        Dapr.Common.Exceptions.DaprExceptionExtensions.TryGetExtendedErrorInfo(thrown, out _).Should().BeFalse();
    }

    private static string Store =>
        $"apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata:\n  name: settings\nspec:\n  type: configuration.redis\n  version: v1\n  metadata:\n  - name: redisHost\n    value: \"{TestServers.RedisHost}\"\n  - name: redisPassword\n    value: \"{TestServers.RedisPassword}\"\n";

    private static async Task SetAsync(string key, string value)
    {
        var host = TestServers.RedisHost.Split(':');
        using var client = new TcpClient();
        await client.ConnectAsync(host[0], int.Parse(host[1]));
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        string[] commands = TestServers.RedisPassword.Length == 0 ? [$"SET {key} {value}"] : [$"AUTH {TestServers.RedisPassword}", $"SET {key} {value}"];
        foreach (var command in commands)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"));
            (await reader.ReadLineAsync()).Should().Be("+OK");
        }
    }
}
