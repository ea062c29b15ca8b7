using Sidecar.Host.Checks;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Tests.Checks;

public sealed class StaticCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StaticCheckTests()
    {
        _folder.Folder("app");
        Component("state", "state.in-memory", "{ name: actorStateStore, value: \"true\" }");
        Component("ps", "pubsub.in-memory");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Check_FilesThatMeet_HasNothingToSay()
    {
        Subscription("s", "ps", "t", "deadLetterTopic: dead");
        Subscription("d", "ps", "dead");

        Notices().Should().BeEmpty();
        Problems().Should().BeEmpty();
    }

    [Fact]
    public void Scopes_UnknownApps_AreNamed()
    {
        Component("some", "state.in-memory", scopes: "[orders, ordesr]");
        Component("none", "state.in-memory", scopes: "[other]");

        Notices().Should().HaveCount(2)
            .And.Contain(notice => notice.Contains("some.yaml: scopes: the run has no app 'ordesr'; the apps: orders, users"))
            .And.Contain(notice => notice.Contains("none.yaml: scopes: no app of the run sees the Component 'none'"));
    }

    [Fact]
    public void ActorStore_Missing_IsSaid()
    {
        Component("state", "state.in-memory");
        Resiliency("{ actors: { Cart: { retry: r } } }");

        Notices().Should().Contain(notice => notice.StartsWith("no state component has actorStateStore")).And.Contain(notice => notice.StartsWith("orders: the resiliency files name the actor 'Cart'"));
    }

    [Fact]
    public void ActorStore_TwoForOneApp_IsAProblem()
    {
        Component("other", "state.in-memory", "{ name: actorStateStore, value: true }", "[users]");

        Problems().Should().ContainSingle(problem => problem.What.Contains("users sees both"));
    }

    [Fact]
    public void Topics_NobodySubscribes_AreNamed()
    {
        Component("ps", "pubsub.in-memory", "{ name: publishingScopes, value: \"orders=placed,paid\" }, { name: subscriptionScopes, value: \"users=placed\" }");
        Subscription("s", "ps", "placed", "deadLetterTopic: dead");
        Subscription("w", "ps", "other", scopes: "[users]");

        Notices().Should().HaveCount(3)
            .And.Contain(notice => notice.Contains("no subscription takes topic 'paid' of 'ps'"))
            .And.Contain(notice => notice.Contains("s.yaml: spec.deadLetterTopic: no subscription takes topic 'dead'"))
            .And.Contain(notice => notice.Contains("users may not subscribe to topic 'other'"));
    }

    [Fact]
    public void Subscription_UnknownPubSub_IsAProblem()
    {
        Subscription("s", "pubsub", "t");

        Problems().Should().Contain(problem => problem.ToString().Contains("s.yaml: spec.pubsubname: there is no pub/sub component 'pubsub'; there are: ps"));
    }

    [Fact]
    public void Targets_NobodyHas_AreNamed()
    {
        Resiliency("{ apps: { ordres: { retry: r }, orders: { retry: r } }, components: { stat: { outbound: { retry: r } }, ps: { inbound: { retry: r } } } }");

        Notices().Where(notice => notice.StartsWith("orders")).Should().HaveCount(2)
            .And.Contain(notice => notice.Contains("the target app 'ordres'"))
            .And.Contain(notice => notice.Contains("the target component 'stat', which no app has; there are: ps, state"));
    }

    private List<string> Notices() => [.. StaticCheck.Notices(Read())];

    private List<Problem> Problems() => [.. StaticCheck.Problems(Read())];

    private RunFile Read()
    {
        var path = _folder.Write("dapr.yaml", """
            version: 1
            common: { resourcesPaths: [components] }
            apps: [{ appID: orders, appDirPath: app, x-platform: { instances: 2 } }, { appID: users, appDirPath: app }]
            """);
        return RunFileReader.Read(path).File!;
    }

    private void Component(string name, string type, string metadata = "", string scopes = "[]") => _folder.Write($"components/{name}.yaml", $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: { name: {{name}} }
        spec: { type: {{type}}, version: v1, metadata: [{{metadata}}] }
        scopes: {{scopes}}
        """);

    private void Subscription(string name, string pubSub, string topic, string more = "", string scopes = "[]") => _folder.Write($"components/{name}.yaml", $$"""
        apiVersion: dapr.io/v2alpha1
        kind: Subscription
        metadata: { name: {{name}} }
        spec:
          pubsubname: {{pubSub}}
          topic: {{topic}}
          routes: { default: / }
          {{more}}
        scopes: {{scopes}}
        """);

    private void Resiliency(string targets) => _folder.Write("components/resiliency.yaml", $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Resiliency
        metadata: { name: resiliency }
        spec: { policies: { retries: { r: { maxRetries: 2 } } }, targets: {{targets}} }
        """);
}
