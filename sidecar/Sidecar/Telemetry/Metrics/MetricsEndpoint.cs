using System.Text;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Telemetry.Metrics;

/// <summary>The metrics port: every path gives the metrics, as with daprd.</summary>
internal sealed class MetricsEndpoint(SidecarMetrics metrics)
{
    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        await using var text = new StringWriter();
        metrics.Write(text);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
        await context.Response.WriteAsync(text.ToString(), Encoding.UTF8, context.RequestAborted);
    }
}
