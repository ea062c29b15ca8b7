using Microsoft.Extensions.Configuration;

namespace Dapr.Common.Tests;

public sealed class DaprDefaultsTests
{
    [Theory]
    [InlineData(null, "3600", "http://localhost:3600/")]
    [InlineData("http://10.0.0.1:3700/some/path", "3600", "http://10.0.0.1:3700/")]
    [InlineData("https://dapr.example", null, "https://dapr.example:443/")]
    [InlineData(null, null, "http://localhost:3500/")]
    public void GetDefaultHttpEndpoint_Settings_PreferTheEndpoint(string? endpoint, string? port, string expected)
    {
        DaprDefaults.GetDefaultHttpEndpoint(Configuration(("DAPR_HTTP_ENDPOINT", endpoint), ("DAPR_HTTP_PORT", port))).Should().Be(expected);
    }

    [Fact]
    public void GetDefaultGrpcEndpoint_PortThatIsNoNumber_Throws()
    {
        var get = () => DaprDefaults.GetDefaultGrpcEndpoint(Configuration(("DAPR_GRPC_PORT", "x")));

        get.Should().Throw<FormatException>();
        DaprDefaults.GetDefaultGrpcEndpoint(Configuration(("DAPR_GRPC_PORT", "50101"))).Should().Be("http://localhost:50101/");
    }

    [Fact]
    public void GetDefaultTokens_Set_AreReadFromConfiguration()
    {
        DaprDefaults.GetDefaultDaprApiToken(Configuration(("DAPR_API_TOKEN", "a"))).Should().Be("a");
        DaprDefaults.GetDefaultAppApiToken(Configuration(("APP_API_TOKEN", "b"))).Should().Be("b");
    }

    private static IConfiguration Configuration(params (string Key, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value))).Build();
}
