using Sidecar.Components;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Components;

public sealed class ResourceLoadingTests
{
    private const string Store = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: env
        spec:
          type: secretstores.local.env
          version: v1
        """;

    [Theory]
    [InlineData("kind: HTTPEndpoint, metadata: { name: e }, spec: { baseUrl: ~ }", "spec.baseUrl")]
    [InlineData("kind: Component, metadata: { name: s }, spec: { type: secretstores.local.file, version: v1, metadata: [{ name: secretsFile, value: \"\" }] }", "secretsFile")]
    [InlineData("kind: Component, metadata: { name: s }, spec: { type: secretstores.local.file, version: v1, metadata: [{ name: secretsFile, value: \"a\\0b\" }] }", "secretsFile")]
    [InlineData("kind: Component, metadata: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "nests deeper than 100 levels")]
    public async Task StartAsync_OddResource_IsRefusedInWords(string resource, string field) =>
        (await ErrorsAsync($"{{ apiVersion: dapr.io/v1alpha1, {resource} }}")).Should().Contain(error => error.Contains(field));

    [Fact]
    public async Task StartAsync_SeveralMistakes_NamesThemAllWithFileAndField()
    {
        var errors = await ErrorsAsync(
            """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: one
            spec:
              type: state.nonsense
              version: v1
            ---
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: two
            spec:
              type: secretstores.local.file
              version: v9
              metadata:
                - name: secretsFiel
                  value: x
            """,
            """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata:
              name: three
            spec:
              policies:
                timeouts:
                  t: soon
                circuitBreakers:
                  cb:
                    trip: "bogus >"
              targets:
                apps:
                  orders:
                    retry: missing
              surprise: 1
            """,
            "kind: [",
            """
            apiVersion: dapr.io/v1alpha1
            kind: Whatever
            metadata:
              name: four
            """,
            """
            apiVersion: dapr.io/v1alpha1
            kind: WorkflowAccessPolicy
            metadata:
              name: five
            """);

        errors.Should().Contain(error => error.Contains("00.yaml: spec.type: 'state.nonsense'") && error.Contains("secretstores.local.env"));
        errors.Should().Contain(error => error.Contains("00.yaml: spec.version: 'v9'") && error.Contains("v1"));
        errors.Should().Contain(error => error.Contains("'secretsFiel'") && error.Contains("secretsFile"));
        errors.Should().Contain(error => error.Contains("'secretsFile': is missing"));
        errors.Should().Contain(error => error.Contains("01.yaml: spec.policies.timeouts.t: 'soon'") && error.Contains("500ms"));
        errors.Should().Contain(error => error.Contains("spec.policies.circuitBreakers.cb.trip"));
        errors.Should().Contain(error => error.Contains("01.yaml: spec.surprise: Dapr knows no such key"));
        errors.Should().Contain(error => error.Contains("02.yaml: is not YAML: line 2"));
        errors.Should().Contain(error => error.Contains("03.yaml: kind: Dapr knows no 'Whatever'"));
        errors.Should().Contain(error => error.Contains("04.yaml: kind: 'WorkflowAccessPolicy' of Dapr is not built here: it would refuse nothing"));
    }

    [Fact]
    public async Task StartAsync_PolicyThatDoesNotExist_IsAnError()
    {
        var errors = await ErrorsAsync("""
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata:
              name: res
            spec:
              policies:
                retries:
                  r:
                    policy: constant
              targets:
                apps:
                  orders:
                    retry: missing
            """);

        errors.Single().Should().Contain("spec.targets.apps.orders.retry: there is no policy 'missing'; there are: r");
    }

    [Fact]
    public async Task StartAsync_SecretThatDoesNotExist_NamesStoreAndRemedy()
    {
        var errors = await ErrorsAsync(Store, Endpoint("secretKeyRef: { name: NOT_SET, key: NOT_SET }", "env"));

        errors.Single().Should().Contain("spec.headers 'X-Key': there is no secret 'NOT_SET' in store 'env'").And.Contain("set the environment variable");
    }

    [Fact]
    public async Task StartAsync_UnknownStore_ListsTheStores()
    {
        var errors = await ErrorsAsync(Store, Endpoint("secretKeyRef: { name: A }", "vault"));

        errors.Single().Should().Contain("auth.secretStore: there is no secret store 'vault'").And.Contain("there are: env");
    }

    [Theory]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Whatever\nmetadata: { name: x }")]
    [InlineData("apiVersion: dapr.io/v9\nkind: Component\nmetadata: { name: x }")]
    [InlineData("kind: Component")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: a/b }\nspec: { type: state.in-memory, version: v1 }")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {}\nspec: { type: state.in-memory, version: v1 }")]
    [InlineData("just a text")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: waits }\nspec: { type: state.redis, version: v1, metadata: [{ name: redisHost, secretKeyRef: { name: a } }] }\nauth: { secretStore: nowhere }")]
    public async Task LoadAsync_WhatDaprdPassesOver_IsLeftOutUnlessStrict(string document)
    {
        var loaded = await LenientlyAsync(Store, document);

        loaded.Resources.Components.Select(component => component.Name).Should().Equal("env");
        (await ErrorsAsync(Store, document)).Should().ContainSingle();
    }

    [Fact]
    public async Task LoadAsync_FieldAndSecretThatDoNotExist_CostTheComponentNothingUnlessStrict()
    {
        const string Component = "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: mem }\nspec: { type: state.in-memory, version: v1, metadata: [{ name: nosuch, value: x }, { name: keyPrefix, secretKeyRef: { name: NOT_SET } }] }\nauth: { secretStore: env }";

        var loaded = await LenientlyAsync(Store, Component);

        loaded.Resources.Components.Single(component => component.Name == "mem").Metadata.Should().NotContainKey("keyPrefix");
        (await ErrorsAsync(Store, Component)).Should().ContainSingle(error => error.Contains("nosuch"));
    }

    [Fact]
    public async Task LoadAsync_NoVersion_IsTheFirst()
    {
        var loaded = await LoadAsync("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: mem }\nspec: { type: state.in-memory }");

        loaded.Resources.Components.Single().Version.Should().BeEmpty();
    }

    [Fact]
    public async Task StartAsync_SameNameTwice_IsAnError()
    {
        (await ErrorsAsync(Store, Store)).Single().Should().Contain("the Component 'env' is declared twice");
    }

    [Fact]
    public async Task LoadAsync_Scopes_ShowOnlyWhatTheAppSees()
    {
        var loaded = await LoadAsync(Store + "\nscopes: [another]", Store.Replace("name: env", "name: mine") + "\nscopes: [app]");

        loaded.Resources.Components.Single().Name.Should().Be("mine");
    }

    [Fact]
    public async Task LoadAsync_References_AreResolved()
    {
        var loaded = await LoadAsync(
            Store,
            Endpoint("secretKeyRef: { name: KEY, key: KEY }", "env"),
            """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: prefixed
            spec:
              type: secretstores.local.env
              version: v1
              metadata:
                - name: prefix
                  value: "{appID}-{uuid}-"
            """);

        loaded.Resources.HttpEndpoints.Single().Headers["X-Key"].Should().Be("the secret");
        loaded.Resources.Components.Single(component => component.Name == "prefixed")["prefix"].Should().Be("app-11111111-1111-1111-1111-111111111111-");
    }

    [Fact]
    public async Task LoadAsync_BothSubscriptionVersions_ReadAlike()
    {
        var loaded = await LoadAsync(
            """
            apiVersion: dapr.io/v1alpha1
            kind: Subscription
            metadata:
              name: old
            spec:
              pubsubname: pubsub
              topic: orders
              route: /orders
              deadLetterTopic: dead
            ---
            apiVersion: dapr.io/v2alpha1
            kind: Subscription
            metadata:
              name: new
            spec:
              pubsubname: pubsub
              topic: orders
              routes:
                rules:
                  - match: event.type == "x"
                    path: /x
                default: /orders
              bulkSubscribe:
                enabled: true
                maxMessagesCount: 10
            """);

        var (old, latest) = (loaded.Resources.Subscriptions[0], loaded.Resources.Subscriptions[1]);
        old.Rules.Should().Equal(new SubscriptionRule("", "/orders"));
        old.DeadLetterTopic.Should().Be("dead");
        latest.Rules.Should().Equal(new SubscriptionRule("event.type == \"x\"", "/x"), new SubscriptionRule("", "/orders"));
        latest.Bulk.Should().Be(new BulkSubscribeSpec(true, 10, 0));
    }

    [Fact]
    public async Task StartAsync_PortInUse_NamesThePort()
    {
        await using var first = await TestSidecar.StartAsync(options => options);
        await using var second = TestSidecar.Create(options => options with { HttpPort = first.Runtime.HttpPort });

        var start = () => second.Runtime.StartAsync(CancellationToken.None);

        (await start.Should().ThrowAsync<SidecarStartException>()).Which.Errors.Single().Should().Contain($"HTTP port {first.Runtime.HttpPort} (daprHTTPPort) cannot be opened");
    }

    private static string Endpoint(string value, string store) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: HTTPEndpoint
        metadata:
          name: ext
        spec:
          baseUrl: http://127.0.0.1:1
          headers:
            - name: X-Key
              {{value}}
        auth:
          secretStore: {{store}}
        """;

    private static SidecarOptions Options(SidecarOptions options) => options with
    {
        Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["KEY"] = "the secret" },
        NewId = () => Guid.Parse("11111111-1111-1111-1111-111111111111"),
    };

    private static async Task<IReadOnlyList<string>> ErrorsAsync(params string[] resources)
    {
        await using var sidecar = TestSidecar.Create(Options, resources);
        var start = () => sidecar.Runtime.StartAsync(CancellationToken.None);
        return (await start.Should().ThrowAsync<SidecarStartException>()).Which.Errors;
    }

    private static async Task<LoadedResources> LenientlyAsync(params string[] resources)
    {
        await using var sidecar = TestSidecar.Create(own => Options(own) with { StrictResources = false }, resources);
        return await new ResourceLoader(sidecar.Runtime.Options).LoadAsync(CancellationToken.None);
    }

    private static async Task<LoadedResources> LoadAsync(params string[] resources)
    {
        await using var sidecar = TestSidecar.Create(Options, resources);
        return await new ResourceLoader(sidecar.Runtime.Options).LoadAsync(CancellationToken.None);
    }
}
