using Microsoft.Extensions.Logging;

namespace Sidecar;

/// <content>What it says.</content>
internal sealed partial class SidecarRuntime
{
    [LoggerMessage(3901, LogLevel.Information, "Sidecar of app {AppId} listens on HTTP port {HttpPort} and gRPC port {GrpcPort}")]
    private partial void LogListening(string appId, int httpPort, int grpcPort);

    [LoggerMessage(3902, LogLevel.Information, "Sidecar of app {AppId} goes on for {Duration} or until its app is unhealthy before it stops")]
    private partial void LogBlocked(string appId, TimeSpan duration);

    [LoggerMessage(3903, LogLevel.Information, "Sidecar of app {AppId} is ready")]
    private partial void LogReady(string appId);

    [LoggerMessage(3904, LogLevel.Error, "Sidecar of app {AppId} cannot become ready")]
    private partial void LogNotReady(string appId, Exception exception);

    [LoggerMessage(3905, LogLevel.Warning, "App {AppId} could not be asked for its configuration: {Problem}")]
    private partial void LogNoConfiguration(string appId, string problem);

    [LoggerMessage(3906, LogLevel.Warning, "Sidecar of app {AppId} stops while work is still under way")]
    private partial void LogAbandoned(string appId);

    [LoggerMessage(3907, LogLevel.Error, "A part of the sidecar of app {AppId} failed to stop")]
    private partial void LogStopFault(string appId, Exception exception);

    [LoggerMessage(3908, LogLevel.Information, "Sidecar of app {AppId} has stopped")]
    private partial void LogStopped(string appId);
}
