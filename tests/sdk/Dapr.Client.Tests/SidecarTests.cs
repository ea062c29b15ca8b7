namespace Dapr.Client.Tests;

public sealed class SidecarTests : ClientTest
{
    [Fact]
    public async Task GetSecret_Key_IsEscaped()
    {
        sidecar.Answer(200, """{"a/b":"s"}""");

        (await client.GetSecretAsync("secrets", "a/b")).Should().Equal(new Dictionary<string, string> { ["a/b"] = "s" });

        Only.Line.Should().Be("GET /v1.0/secrets/secrets/a%2Fb");
    }

    [Fact]
    public async Task GetBulkSecret_Always_ReadsAll()
    {
        sidecar.Answer(200, """{"k":{"k":"v"}}""");

        (await client.GetBulkSecretAsync("secrets"))["k"]["k"].Should().Be("v");
    }

    [Theory]
    [InlineData(204, true)]
    [InlineData(500, false)]
    public async Task CheckHealth_Status_Decides(int status, bool expected)
    {
        sidecar.Answer(status);

        (await client.CheckHealthAsync()).Should().Be(expected);
        (await client.CheckOutboundHealthAsync()).Should().Be(expected);

        sidecar.Requests.Select(request => request.Line).Should().Equal("GET /v1.0/healthz", "GET /v1.0/healthz/outbound");
    }

    [Fact]
    public async Task CheckHealth_NobodyListening_IsFalse()
    {
        using var nobody = new DaprClientBuilder().UseHttpEndpoint($"http://127.0.0.1:{FreePort.Next()}").Build();

        (await nobody.CheckHealthAsync()).Should().BeFalse();
    }

    [Fact]
    public async Task WaitForSidecar_UnhealthyAtFirst_AsksAgain()
    {
        var asked = 0;
        sidecar.Answer(_ => new SidecarAnswer(Interlocked.Increment(ref asked) < 2 ? 500 : 204));

        await client.WaitForSidecarAsync();

        asked.Should().Be(2);
    }

    [Fact]
    public async Task Metadata_ReadAndSet_SpeakTheApi()
    {
        sidecar.Answer(200, """
            {"id":"app","actorRuntime":{"activeActors":[{"type":"A","count":2}]},"extended":{"k":"v"},"components":[{"name":"st","type":"state.redis","version":"v1","capabilities":["ETAG"]}]}
            """);

        var metadata = await client.GetMetadataAsync();
        await client.SetMetadataAsync("a/b", "c");

        (metadata.Id, metadata.Extended["k"], metadata.Actors[0].Count, metadata.Components[0].Capabilities[0]).Should().Be(("app", "v", 2, "ETAG"));
        sidecar.Requests.Last().Should().Match<SidecarRequest>(request => request.Line == "PUT /v1.0/metadata/a%2Fb" && request.Body == "c");
    }

    [Fact]
    public async Task InvokeBinding_TypedCall_SendsAndReads()
    {
        sidecar.Answer(200, "[1]", ("metadata.x", "y"));

        (await client.InvokeBindingAsync<int, int[]>("b", "create", 5)).Should().Equal(1);
        var response = await client.InvokeBindingAsync(new BindingRequest("b", "get") { Metadata = { ["k"] = "v" } });

        sidecar.Requests.Select(request => request.Body).Should().Equal("""{"operation":"create","data":5}""", """{"operation":"get","metadata":{"k":"v"}}""");
        response.Metadata["x"].Should().Be("y");
    }

    [Fact]
    public async Task GetConfiguration_Keys_AreAskedFor()
    {
        sidecar.Answer(200, """{"k1":{"value":"v","version":"1"}}""");

        var response = await client.GetConfiguration("cfg", ["k1", "k 2"]);

        Only.Line.Should().Be("GET /v1.0/configuration/cfg?key=k1&key=k%202");
        (response.Items["k1"].Value, response.Items["k1"].Version).Should().Be(("v", "1"));
    }

#pragma warning disable DAPR_DISTRIBUTEDLOCK // what is tested
    [Fact]
    public async Task Lock_TakenAndGivenBack_SpeaksTheApi()
    {
        sidecar.Answer(request => new SidecarAnswer(200, request.Target.Contains("unlock", StringComparison.Ordinal) ? """{"status":2}""" : """{"success":true}"""));

        var taken = await client.Lock("lk", "r", "me", 60);
        var given = await client.Unlock("lk", "r", "me");

        (taken.Success, taken.ResourceId, given.status).Should().Be((true, "r", LockStatus.LockBelongsToOthers));
        sidecar.Requests.First().Should().Match<SidecarRequest>(request => request.Line == "POST /v1.0-alpha1/lock/lk" && request.Body == """{"resourceId":"r","lockOwner":"me","expiryInSeconds":60}""");
    }
#pragma warning restore DAPR_DISTRIBUTEDLOCK

    [Fact]
    public void Build_EndpointThatIsNotHttp_IsRefused()
    {
        var build = () => new DaprClientBuilder().UseHttpEndpoint("ftp://x").Build();

        build.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public async Task Call_SlowerThanTheTimeout_IsADaprException()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sidecar.Answer(_ =>
        {
#pragma warning disable VSTHRD002 // the answer is held back on purpose
            gate.Task.Wait(TimeSpan.FromSeconds(20));
#pragma warning restore VSTHRD002
            return new SidecarAnswer(204);
        });
        using var hasty = sidecar.Client(builder => builder.UseTimeout(TimeSpan.FromMilliseconds(50)));

        await hasty.Invoking(it => it.GetStateAsync<int>("st", "k")).Should().ThrowAsync<DaprException>();

        gate.SetResult();
    }
}
