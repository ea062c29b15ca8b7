using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Extensions.Logging;

namespace ServiceDefaults;

/// <summary>Serilog writes JSON lines to standard output; which levels is decided by `Logging:LogLevel` as everywhere in .NET.</summary>
internal static class LoggingSetup
{
    public static void AddJsonLogging(this WebApplicationBuilder builder, string service)
    {
        // First in the list, so that every other source can say otherwise.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
            {
                ["Logging:LogLevel:Default"] = "Information",
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
                ["Logging:LogLevel:System.Net.Http"] = "Warning",
                ["Logging:LogLevel:Npgsql"] = "Warning",
            },
        });
        var logger = new LoggerConfiguration()
            .MinimumLevel.Verbose()
            .Enrich.FromLogContext()
            .WriteTo.Console(new JsonLogFormatter(service))
            .CreateLogger();
        builder.Logging.ClearProviders();
        // AddSerilog would add a filter of its own that lets every level through, past Logging:LogLevel.
        builder.Logging.AddProvider(new SerilogLoggerProvider(logger, dispose: true));
    }
}
