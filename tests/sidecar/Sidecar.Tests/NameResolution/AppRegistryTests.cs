using Sidecar.Api.Grpc;
using Sidecar.Invocation;
using Sidecar.NameResolution;
using Sidecar.Telemetry;

namespace Sidecar.Tests.NameResolution;

public sealed class AppRegistryTests
{
    private readonly AppRegistry _registry = new();
    private readonly Sidecar[] _sidecars = [new(), new(), new()];

    public AppRegistryTests()
    {
        foreach (var (index, sidecar) in _sidecars.Index())
        {
            _registry.TryAdd("orders", index + 1, sidecar).Should().BeTrue();
        }
    }

    [Fact]
    public void Find_SeveralInstances_TakesThemInTurn()
    {
        Find(300).Should().BeEquivalentTo(_sidecars.ToDictionary(sidecar => sidecar, _ => 100));
    }

    [Fact]
    public void Find_OneIsAway_SharesItsPartEvenly()
    {
        _sidecars[1].IsAvailable = false;

        Find(300).Should().BeEquivalentTo(new Dictionary<ICallee, int> { [_sidecars[0]] = 150, [_sidecars[2]] = 150 });
    }

    [Fact]
    public void Find_AllAway_GivesOneSoThatTheCallerGetsItsError()
    {
        Array.ForEach(_sidecars, sidecar => sidecar.IsAvailable = false);

        Find(30).Should().HaveCount(3);
    }

    [Fact]
    public void Find_InstancesRemoved_AreNotFound()
    {
        _registry.Remove("orders", _sidecars[0]);
        _registry.Remove("orders", _sidecars[2]);
        Find(10).Keys.Should().Equal(_sidecars[1]);

        _registry.Remove("orders", _sidecars[1]);
        _registry.Find("orders").Should().BeNull();
        _registry.AppIds.Should().BeEmpty();
    }

    [Fact]
    public void TryAdd_NumberTaken_IsRefused()
    {
        _registry.TryAdd("orders", 2, new Sidecar()).Should().BeFalse();
        Find(30).Should().HaveCount(3);
    }

    private Dictionary<ICallee, int> Find(int times) => Enumerable.Range(0, times).Select(_ => _registry.Find("orders")!).CountBy(callee => callee).ToDictionary();

    private sealed class Sidecar : ICallee
    {
        public string AppId => "orders";

        public bool IsAvailable { get; set; } = true;

        public Task<InvocationResult> InvokeAsync(AppRequest request, string method, TraceContext trace, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Span? StartProxied(string method, string caller, TraceContext trace) => throw new NotSupportedException();

        public GrpcApp? FindGrpc(string method, out GrpcStatus? refusal) => throw new NotSupportedException();
    }
}
