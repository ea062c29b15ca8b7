namespace Components.Tests;

public sealed class ResourceRulesTests
{
    /// <summary>What the set-up puts into the environment, and the secret store serves.</summary>
    private static readonly string[] Secrets =
    [
        "STATE_POSTGRES", "REDIS_HOST", "REDIS_PASSWORD",
        .. from app in new[] { "USERS", "PRODUCTS", "ORDERS", "PAYMENTS" }
           from use in new[] { "Default", "Owner", "System" }
           select $"{app}_ConnectionStrings__{use}",
    ];

    /// <summary>Where a component connects to: never written into a file.</summary>
    private static readonly string[] ConnectionDetails = ["redisHost", "redisPassword", "connectionString", "host", "password"];

    [Fact]
    public void Files_FirstLine_SaysWhoUsesIt()
    {
        foreach (var file in Repository.Resources)
        {
            file.Text.Should().StartWith("# Used by ", "{0} opens with a comment", file);
            file.Name.Should().EndWith(".yaml");
            file.Documents.Should().Be(1, "daprd reads only one resiliency of a file: one resource per file everywhere");
        }

        Repository.RunFile.Text.Should().StartWith("# Run by ");
    }

    [Fact]
    public void Resources_Scopes_AreGivenAndKnown()
    {
        foreach (var file in Repository.Resources.Where(file => file.Kind != "Configuration"))
        {
            file.Scopes.Should().NotBeEmpty("{0} is scoped", file);
            file.Scopes.Should().BeSubsetOf(Repository.AppIds, "{0}", file);
            file.Scopes.Should().OnlyHaveUniqueItems();
        }
    }

    [Fact]
    public void Resources_Names_AreUniqueWithinTheirKind()
    {
        Repository.Resources.Select(file => $"{file.Kind} {file.ResourceName}").Should().OnlyHaveUniqueItems("daprd refuses twins even when their scopes differ");
    }

    [Fact]
    public void Components_SecretReferences_AreOnesOfTheSetUp()
    {
        foreach (var file in Repository.OfKind("Component"))
        {
            var references = file.Leaves.Where(leaf => leaf.Path.StartsWith("spec.metadata[].secretKeyRef.")).Select(leaf => leaf.Value).ToList();
            references.Should().BeSubsetOf(Secrets, "{0}", file);
            if (references.Count > 0)
            {
                file.Value("auth.secretStore").Should().Be("secrets");
                file.Scopes.Should().BeSubsetOf(Repository.Resource("secrets").Scopes, "an app of {0} sees the store too", file);
            }
        }
    }

    [Fact]
    public void Components_ConnectionDetails_AreNeverWrittenDown()
    {
        foreach (var file in Repository.OfKind("Component"))
        {
            foreach (var (name, next) in file.Leaves.Zip(file.Leaves.Skip(1)).Where(pair => pair.First.Path == "spec.metadata[].name" && ConnectionDetails.Contains(pair.First.Value)))
            {
                next.Path.Should().Be("spec.metadata[].secretKeyRef.name", "{0} of {1} comes from the secret store", name.Value, file);
            }
        }
    }

    [Fact]
    public void Subscriptions_DeadLetterTopic_CarriesTopicAndApp()
    {
        foreach (var file in Repository.OfKind("Subscription"))
        {
            file.Scopes.Should().HaveCount(1, "{0}: the dead-letter topic names one app", file);
            file.Value("spec.deadLetterTopic").Should().Be($"{file.Value("spec.topic")}.{file.Scopes[0]}.dead", "{0}", file);
            file.Value("spec.pubsubname").Should().Be("pubsub");
            Repository.Resource("resiliency-delivery").Scopes.Should().Contain(file.Scopes[0], "a failed delivery is retried before it is dead");
        }
    }

    [Fact]
    public void Workflowstore_IsTheOnlyActorStore_OfItsApps()
    {
        var stores = Repository.OfKind("Component").Where(file => file.Leaves.Any(leaf => leaf.Value == "actorStateStore")).ToList();

        stores.Should().ContainSingle().Which.ResourceName.Should().Be("workflowstore");
        stores[0].Value("spec.type").Should().Be("state.postgresql");
    }
}
