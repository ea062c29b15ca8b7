using ServiceTesting;

namespace ServiceDefaults.Tests;

public sealed class StartTests
{
    [Fact]
    public async Task Start_WithMissingSecrets_DoesNotListen()
    {
        await using var sidecar = await FakeSidecar.StartAsync();

        var start = () => InProcessService.StartAsync(typeof(Program).Assembly, Settings(sidecar.Port));

        await start.Should().ThrowAsync<InvalidOperationException>();
    }

    [Theory]
    [InlineData("Demo:Seed", "true", "Demo:Seed is on in production")]
    [InlineData("Demo:Seed", "maybe", "Demo:Seed is 'maybe'")]
    [InlineData("APP_PORT", "99999", "APP_PORT is '99999'")]
    [InlineData("APP_API_TOKEN", "", "APP_API_TOKEN is missing")]
    public void Settings_ThatAreWrong_AreNamedWithWhatIsAccepted(string name, string value, string message)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["APP_API_TOKEN"] = "x", ["DAPR_HTTP_PORT"] = "x", [name] = value };
        var configuration = new Microsoft.Extensions.Configuration.ConfigurationManager();
        foreach (var (key, entry) in settings)
        {
            configuration[key] = entry;
        }

        var errors = new SettingErrors();
        new PlatformSettingsCheck(new Production()).Check(configuration, errors);

        errors.All.Should().HaveCount(2).And.Contain(error => error.StartsWith(message)).And.OnlyContain(error => error.Contains("accepted: "));
    }

    private static Dictionary<string, string> Settings(int sidecarPort) => new(StringComparer.OrdinalIgnoreCase)
    {
        ["APP_PORT"] = $"{FreePort.Next()}",
        ["DAPR_HTTP_PORT"] = $"{sidecarPort}",
        ["APP_API_TOKEN"] = "x",
        ["Logging:LogLevel:Default"] = "None",
    };

    private sealed class Production : Microsoft.Extensions.Hosting.IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Production";

        public string ApplicationName { get; set; } = "probe";

        public string ContentRootPath { get; set; } = "/";

        public Microsoft.Extensions.FileProviders.IFileProvider ContentRootFileProvider { get; set; } = new Microsoft.Extensions.FileProviders.NullFileProvider();
    }
}
