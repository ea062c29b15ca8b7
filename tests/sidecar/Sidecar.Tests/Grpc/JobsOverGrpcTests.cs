using System.Text;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Jobs;
using Sidecar.Schedules;
using Sidecar.Tests.Actors;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Grpc;

/// <summary>Jobs scheduled over gRPC and delivered to apps of both protocols.</summary>
public sealed class JobsOverGrpcTests
{
    private const string Dapr = "/dapr.proto.runtime.v1.Dapr/";
    private const string Stable = "/dapr.proto.runtime.v1.AppCallback/OnJobEvent";
    private const string Older = "/dapr.proto.runtime.v1.AppCallbackAlpha/OnJobEventAlpha1";

    [Theory]
    [InlineData(Stable)]
    [InlineData(Older)]
    public async Task Job_GrpcApp_GetsTheMessageAsScheduled(string call)
    {
        var seen = new TaskCompletionSource<JobEventRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await GrpcTestServer.StartAsync(GrpcMethod.Unary<JobEventRequest, JobEventResponse>(call, (request, _) =>
        {
            seen.TrySetResult(request);
            return Task.FromResult(new JobEventResponse());
        }));
        await using var sidecar = await RunningSidecar.StartAsync(new SidecarOptions { AppId = "app", AppPort = app.Port, AppProtocol = "grpc" });
        using var client = new GrpcTestClient(sidecar.GrpcAddress);
        var data = Any.Pack(new StringValue { Value = "hello" });

        await ScheduleAsync(client, new Job { Name = "j", DueTime = "0s", Data = data });

        var request = await seen.Task.WaitAsync(TimeSpan.FromSeconds(20));
        (request.Name, request.Method, request.ContentType, request.Data.Unpack<StringValue>().Value).Should().Be(("j", "job/j", data.TypeUrl, "hello"));
    }

    [Fact]
    public async Task Job_GrpcAppRefusesOnce_ComesAgain()
    {
        var calls = 0;
        await using var app = await GrpcTestServer.StartAsync(GrpcMethod.Unary<JobEventRequest, JobEventResponse>(Stable, (_, _) => Interlocked.Increment(ref calls) == 1
            ? throw new GrpcException(GrpcCode.Internal, "not now")
            : Task.FromResult(new JobEventResponse())));
        await using var sidecar = await RunningSidecar.StartAsync(new SidecarOptions { AppId = "app", AppPort = app.Port, AppProtocol = "grpc" });
        using var client = new GrpcTestClient(sidecar.GrpcAddress);

        await ScheduleAsync(client, new Job { Name = "j", DueTime = "0s" });

        await Eventually.TrueAsync(() => Volatile.Read(ref calls) == 2, "the job comes again");
    }

    [Fact]
    public async Task Job_BytesForAnHttpApp_ArriveAsTheyAre()
    {
        await using var app = await ActorApp.StartAsync("{}");
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", app.Port);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);

        await ScheduleAsync(client, new Job { Name = "j", DueTime = "0s", Data = new Any { Value = ByteString.CopyFromUtf8("""{"n":1}""") } });

        await Eventually.TrueAsync(() => app.At("/job/j").Any(), "the job arrives");
        app.At("/job/j").Should().Equal("""{"n":1}""");
    }

    [Fact]
    public async Task Jobs_ListedAndRemovedByPrefix_AreThoseOfTheApp()
    {
        var run = new RunScope();
        await using var sidecar = await RunningSidecar.StartAsync(run, "app", appPort: null);
        await using var other = await RunningSidecar.StartAsync(run, "other", appPort: null);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);
        using var otherClient = new GrpcTestClient(other.GrpcAddress);
        foreach (var name in (string[])["a-1", "a-2", "b"])
        {
            await ScheduleAsync(client, new Job { Name = name, DueTime = "1h" });
        }

        await ScheduleAsync(otherClient, new Job { Name = "a-9", DueTime = "1h" });

        await client.CallAsync<DeleteJobsByPrefixRequestAlpha1, DeleteJobsByPrefixResponseAlpha1>(Dapr + "DeleteJobsByPrefix", new DeleteJobsByPrefixRequestAlpha1 { NamePrefix = "a-" });

        (await NamesAsync(client)).Should().Equal("b");
        (await NamesAsync(otherClient)).Should().Equal("a-9");
    }

    [Theory]
    [InlineData("1E9991", "Infinity")]
    [InlineData("""{"a":1,"a":[-1e400]}""", """{ "a": [ "-Infinity" ] }""")]
    [InlineData("\"\\ud800\"", "\"\ufffd\"")]
    [InlineData("no JSON", "\"no JSON\"")]
    public void Data_StoredInWhateverForm_BecomesAMessage(string stored, string value) =>
        JobData.ToMessage(new ScheduleData(null, Encoding.UTF8.GetBytes(stored))).Unpack<Value>().ToString().Trim('"').Should().Be(value.Trim('"'));

    [Fact]
    public void Data_NestedDeeperThanAMessageIsRead_BecomesAMessage() =>
        JobData.ToMessage(new ScheduleData(null, Encoding.UTF8.GetBytes(new string('[', 500) + new string(']', 500)))).Value.Length.Should().BeGreaterThan(500);

    private static async Task<IEnumerable<string>> NamesAsync(GrpcTestClient client) =>
        (await client.CallAsync<ListJobsRequestAlpha1, ListJobsResponseAlpha1>(Dapr + "ListJobs", new ListJobsRequestAlpha1())).Jobs.Select(job => job.Name);

    private static Task ScheduleAsync(GrpcTestClient client, Job job) =>
        client.CallAsync<ScheduleJobRequest, ScheduleJobResponse>(Dapr + "ScheduleJob", new ScheduleJobRequest { Job = job });
}
