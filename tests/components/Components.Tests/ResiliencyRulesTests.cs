using System.Globalization;

namespace Components.Tests;

public sealed class ResiliencyRulesTests
{
    private const string BuiltIn = "DaprBuiltInServiceRetries";

    private static IEnumerable<YamlFile> Files => Repository.OfKind("Resiliency");

    [Fact]
    public void Files_BuiltInRetries_AreOverriddenInEachAndAlike()
    {
        var definitions = Files.Select(file => string.Join(' ', file.Leaves.Where(leaf => leaf.Path.StartsWith($"spec.policies.retries.{BuiltIn}.")))).ToList();

        definitions.Should().OnlyContain(definition => definition.Length > 0);
        definitions.Distinct().Should().ContainSingle("the file loaded last wins, whichever that is");
        Files.Should().OnlyContain(file => int.Parse(file.Value($"spec.policies.retries.{BuiltIn}.maxRetries")) >= 3, "daprd raises less to 3");
    }

    [Fact]
    public void Scopes_EveryApp_HasOneFileForItsCalls()
    {
        foreach (var app in Repository.AppIds)
        {
            Files.Where(file => file.KeysAt("spec.targets.apps").Count > 0 && file.Scopes.Contains(app)).Should().ContainSingle("the calls of {0} have their policies in one place", app);
        }
    }

    [Fact]
    public void Retries_Matching_IsAlwaysGiven()
    {
        foreach (var file in Files)
        {
            foreach (var retry in file.KeysAt("spec.policies.retries"))
            {
                file.Value($"spec.policies.retries.{retry}.matching.httpStatusCodes").Should().NotBeEmpty("{0} of {1} would retry 4xx", retry, file);
                file.Value($"spec.policies.retries.{retry}.matching.gRPCStatusCodes").Should().NotBeEmpty("{0} of {1}", retry, file);
            }
        }
    }

    [Fact]
    public void Targets_PolicyNames_ExistAndAreUsed()
    {
        foreach (var file in Files)
        {
            var (timeouts, retries, breakers) = (Used(file, ".timeout"), Used(file, ".retry"), Used(file, ".circuitBreaker"));
            timeouts.Should().BeEquivalentTo(file.KeysAt("spec.policies.timeouts"), "{0}", file);
            retries.Append(BuiltIn).Should().BeEquivalentTo(file.KeysAt("spec.policies.retries"), "{0}", file);
            breakers.Should().BeEquivalentTo(file.KeysAt("spec.policies.circuitBreakers"), "{0}", file);
        }
    }

    [Fact]
    public void Policies_OfTwoFilesOfOneApp_DoNotShareANameByAccident()
    {
        foreach (var app in Repository.AppIds)
        {
            Files.Where(file => file.Scopes.Contains(app))
                .SelectMany(file => new[] { "timeouts", "retries", "circuitBreakers" }.SelectMany(kind => file.KeysAt($"spec.policies.{kind}").Select(name => $"{kind} {name}")))
                .Where(name => !name.EndsWith(BuiltIn))
                .Should().OnlyHaveUniqueItems("daprd merges the files of {0}", app);
        }
    }

    [Fact]
    public void Gateway_Targets_HaveOnlyTimeouts()
    {
        var file = Repository.Resource("resiliency-gateway");

        file.Leaves.Where(leaf => leaf.Path.StartsWith("spec.targets.")).Should().OnlyContain(leaf => leaf.Path.EndsWith(".timeout"));
        Seconds(file, "gatewayForwardOrders").Should().BeGreaterThan(30 + 5, "an order may wait 30 s, its route 5 s longer");
        Files.Where(other => other.ResourceName != file.ResourceName).Should().NotContain(other => other.Scopes.Contains("gateway"));
    }

    [Fact]
    public void Timeouts_FormTheLadder()
    {
        var (orders, payments) = (Repository.Resource("resiliency-orders"), Repository.Resource("resiliency-payments"));

        Seconds(orders, "ordersStep").Should().Be(3);
        Seconds(orders, "ordersPayment").Should().Be(15);
        Seconds(payments, "paymentsProcessor").Should().Be(10);
        orders.Value("spec.targets.apps.payments.timeout").Should().Be("ordersPayment");
        orders.Value("spec.targets.apps.payments.retry").Should().BeEmpty();
        payments.Value("spec.targets.apps.payment-processor.timeout").Should().Be("paymentsProcessor");
        payments.Value("spec.targets.apps.payment-processor.retry").Should().BeEmpty();
    }

    [Fact]
    public void Delivery_AllAttempts_EndBeforeTheMessageIsHandedOutAgain()
    {
        var file = Repository.Resource("resiliency-delivery");
        var retries = int.Parse(file.Value("spec.policies.retries.deliveryAgain.maxRetries"));
        var attempts = (retries + 1) * Seconds(file, "deliveryAttempt");
        var pauses = retries * Parse(file.Value("spec.policies.retries.deliveryAgain.duration"));
        var pubsub = Repository.Resource("pubsub").Leaves.ToList();
        var processing = Parse(pubsub[pubsub.FindIndex(leaf => leaf.Value == "processingTimeout") + 1].Value);

        (attempts + pauses).Should().BeLessThan(processing);
        file.Value("spec.targets.components.pubsub.inbound.retry").Should().Be("deliveryAgain");
        file.Scopes.Should().Equal(Repository.Resource("pubsub").Scopes);
    }

    private static IReadOnlyList<string> Used(YamlFile file, string ending) =>
        [.. file.Leaves.Where(leaf => leaf.Path.StartsWith("spec.targets.") && leaf.Path.EndsWith(ending)).Select(leaf => leaf.Value).Distinct()];

    private static double Seconds(YamlFile file, string timeout) => Parse(file.Value($"spec.policies.timeouts.{timeout}"));

    private static double Parse(string duration) => double.Parse(duration.TrimEnd('s'), CultureInfo.InvariantCulture);
}
