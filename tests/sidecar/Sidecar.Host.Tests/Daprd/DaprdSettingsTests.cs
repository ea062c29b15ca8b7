using Microsoft.Extensions.Logging;
using Sidecar.Health;
using Sidecar.Host.Commands;
using Sidecar.Host.Daprd;

namespace Sidecar.Host.Tests.Daprd;

public sealed class DaprdSettingsTests
{
    [Fact]
    public void Read_OnlyTheAppId_HasDaprdsDefaults()
    {
        var (options, level) = Read("--app-id", "orders");

        options.Should().BeEquivalentTo(new
        {
            AppId = "orders",
            ListenAddress = "127.0.0.1",
            HttpPort = 3500,
            GrpcPort = 50001,
            MetricsPort = 9090,
            PublicPort = (int?)null,
            AppPort = (int?)null,
            AppProtocol = "http",
            AppMaxConcurrency = -1,
            MaxBodySize = 4L * 1024 * 1024,
            ReadBufferSize = 4096,
            GracefulShutdown = TimeSpan.FromSeconds(5),
            ResourcesPaths = Array.Empty<string>(),
        });
        options.AppHealth.Should().BeNull();
        level.Should().Be(LogLevel.Information);
    }

    [Fact]
    public void Read_AllThatIsSupported_IsTaken()
    {
        var (options, level) = Read(
            "--app-id", "a", "-app-port=5000", "--app-protocol", "grpc", "--app-channel-address", "localhost", "--app-max-concurrency", "3", "--dapr-http-port", "0", "--dapr-grpc-port=0",
            "--dapr-public-port", "3501", "--dapr-listen-addresses", "[::1],0.0.0.0", "--resources-path", "/a,/b", "--components-path", "/c", "--config", "/config.yaml", "--log-level", "debug",
            "--enable-metrics=false", "--max-body-size", "16Mi", "--read-buffer-size", "8Ki", "--dapr-graceful-shutdown-seconds", "7", "--dapr-block-shutdown-duration", "1m30s",
            "--enable-api-logging", "--enable-app-health-check", "--app-health-check-path", "/ready", "--app-health-probe-interval", "3", "--app-health-probe-timeout", "900",
            "--app-health-threshold", "2", "--disable-init-endpoints", "config,subscribe");

        options.Should().BeEquivalentTo(new
        {
            AppPort = 5000,
            AppProtocol = "grpc",
            AppChannelAddress = "localhost",
            AppMaxConcurrency = 3,
            HttpPort = 0,
            GrpcPort = 0,
            PublicPort = 3501,
            ListenAddress = "0.0.0.0",
            ResourcesPaths = new[] { "/a", "/b", "/c" },
            ConfigurationPath = "/config.yaml",
            MetricsPort = (int?)null,
            MaxBodySize = 16L * 1024 * 1024,
            ReadBufferSize = 8192,
            GracefulShutdown = TimeSpan.FromSeconds(7),
            BlockShutdown = TimeSpan.FromSeconds(90),
            ApiLogging = true,
            DisabledInitEndpoints = new[] { "config", "subscribe" },
            AppHealth = new { Path = "/ready", Interval = TimeSpan.FromSeconds(3), Timeout = TimeSpan.FromMilliseconds(900), Threshold = 2 },
            ApiToken = "in",
            AppApiToken = "out",
        });
        level.Should().Be(LogLevel.Debug);
    }

    [Fact]
    public void Read_AppHealthOfNothingAndLess_HasTheDefaults()
    {
        var (options, _) = Read("--app-id", "a", "--enable-app-health-check", "--app-health-probe-interval", "0", "--app-health-probe-timeout", "-1", "--app-health-threshold", "0");

        options.AppHealth.Should().Be(new AppHealthOptions());
    }

    [Theory]
    [InlineData("--max-body-size=-1", 4L << 20)]
    [InlineData("--max-body-size=0", long.MaxValue)]
    [InlineData("--max-body-size=-2", long.MaxValue)]
    [InlineData("--max-body-size=16k", 16_000L)]
    [InlineData("--dapr-http-max-request-size=8", 8L << 20)]
    [InlineData("--dapr-http-max-request-size=0", long.MaxValue)]
    [InlineData("--dapr-http-max-request-size=-1", 4L << 20)]
    public void Read_LimitOfBodies_IsTakenAsDaprdDoes(string flag, long expected) => Read("--app-id", "a", flag).Options.MaxBodySize.Should().Be(expected);

    [Theory]
    [InlineData("--read-buffer-size=-1", 4096)]
    [InlineData("--read-buffer-size=0", 1 << 20)]
    [InlineData("--read-buffer-size=64Ki", 64 << 10)]
    [InlineData("--dapr-http-read-buffer-size=16", 16 << 10)]
    public void Read_LimitOfHeaders_IsTakenAsDaprdDoes(string flag, int expected) => Read("--app-id", "a", flag).Options.ReadBufferSize.Should().Be(expected);

    [Theory]
    [MemberData(nameof(DaprdsFlags))]
    public void Read_EveryFlagOfDaprd_IsKnown(string flag)
    {
        var flags = DaprdFlags.Read([$"--{flag}=x"]);

        (flags.WithoutEffect is [var ignored] ? ignored : flag).Should().Be(flag);
        flags.Text(flag).Should().Be("x");
    }

    /// <summary>What daprd 1.18 has, the hidden and the deprecated ones with the rest.</summary>
    public static TheoryData<string> DaprdsFlags() =>
    [
        .. """
            actors-disseminate-timeout actors-service allowed-origins app-binding-options-timeout app-channel-address app-health-check-path app-health-probe-interval app-health-probe-timeout
            app-health-threshold app-id app-max-concurrency app-port app-protocol app-ssl build-info components-path config control-plane-address control-plane-namespace
            control-plane-trust-domain dapr-block-shutdown-duration dapr-graceful-shutdown-seconds dapr-grpc-port dapr-http-max-request-size dapr-http-port dapr-http-read-buffer-size
            dapr-internal-grpc-listen-address dapr-internal-grpc-port dapr-listen-addresses dapr-public-listen-address dapr-public-port disable-builtin-k8s-secret-store disable-init-endpoints
            enable-api-logging enable-app-health-check enable-metrics enable-mtls enable-profiling hot-reload-reconcile-interval log-as-json log-file log-level max-body-size metrics-listen-address
            metrics-port mode placement-host-address profile-port read-buffer-size reminders-service resources-path scheduler-host-address scheduler-job-streams sentry-address
            sentry-request-jwt-audiences unix-domain-socket version wait
            """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
    ];

    [Theory]
    [InlineData("unknown flag: --app-prot", "--app-id", "a", "--app-prot", "1")]
    [InlineData("flag needs an argument: --app-port", "--app-id", "a", "--app-port")]
    [InlineData("invalid argument \"x\" for \"--app-port\"", "--app-id", "a", "--app-port", "x")]
    [InlineData("invalid argument \"9x\" for \"--max-body-size\"", "--app-id", "a", "--max-body-size", "9x")]
    [InlineData("parameter app-id cannot be empty", "--app-port", "1")]
    [InlineData("--mode kubernetes is not supported", "--app-id", "a", "--mode", "kubernetes")]
    [InlineData("app protocol 'https' is not supported", "--app-id", "a", "--app-protocol", "https")]
    [InlineData("'health-probe-timeout' must be smaller", "--app-id", "a", "--enable-app-health-check", "--app-health-probe-interval", "1", "--app-health-probe-timeout", "1001")]
    [InlineData("Not understood: orders", "orders")]
    public void Read_WhatIsNotUnderstood_IsRefused(string expected, params string[] words)
    {
        var read = () => Read(words);

        read.Should().Throw<UsageException>().WithMessage($"*{expected}*");
    }

    [Fact]
    public void WithoutEffect_FlagsOfTheControlPlane_AreNamed()
    {
        DaprdFlags.Read(["--placement-host-address", "localhost:50005", "--enable-mtls", "--app-id", "a"]).WithoutEffect.Should().Equal("placement-host-address", "enable-mtls");
    }

    private static DaprdSettings Read(params string[] words) =>
        DaprdSettings.Read(DaprdFlags.Read(words), new Dictionary<string, string> { ["DAPR_API_TOKEN"] = "in", ["APP_API_TOKEN"] = "out" });
}
