using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ServiceDefaults;

/// <summary>
/// Traces and metrics by .NET's built-in sources. Spans are always made, so that one trace id runs through everything; they
/// leave the process when an OTLP endpoint is configured.
/// </summary>
internal static class OpenTelemetrySetup
{
    private const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "Dapr.Workflow", Telemetry.Name];
    private static readonly string[] Meters = ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql", "Dapr.Workflow", Telemetry.Name, HttpMetrics.MeterName];

    public static void AddOpenTelemetry(this WebApplicationBuilder builder, string service)
    {
        // ASP.NET Core tags its spans only when this is off.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        var endpoint = builder.Configuration[EndpointSetting] is { Length: > 0 } text ? new Uri(text) : null;
        var protocol = builder.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        var resource = ResourceBuilder.CreateDefault().AddService(service);
        builder.Services.AddSingleton(_ => Traces(resource, endpoint, protocol));
        if (endpoint is not null)
        {
            builder.Services.AddSingleton(_ => Metrics(resource, endpoint, protocol));
        }
    }

    /// <summary>Both begin to listen when they are made; nobody else asks for them.</summary>
    public static void StartOpenTelemetry(this IServiceProvider services)
    {
        _ = services.GetService<TracerProvider>();
        _ = services.GetService<MeterProvider>();
    }

    private static TracerProvider Traces(ResourceBuilder resource, Uri? endpoint, OtlpExportProtocol protocol)
    {
        var builder = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Sources).SetSampler(new ParentBasedSampler(new AlwaysOnSampler()));
        if (endpoint is not null)
        {
            builder.AddOtlpExporter(options => Configure(options, endpoint, protocol, "v1/traces"));
        }

        return builder.Build();
    }

    private static MeterProvider Metrics(ResourceBuilder resource, Uri endpoint, OtlpExportProtocol protocol) =>
        Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Meters)
            .AddOtlpExporter(options => Configure(options, endpoint, protocol, "v1/metrics"))
            .Build();

    private static void Configure(OtlpExporterOptions options, Uri endpoint, OtlpExportProtocol protocol, string path)
    {
        options.Protocol = protocol;
        options.Endpoint = protocol == OtlpExportProtocol.Grpc ? endpoint : new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/" + path);
    }
}
