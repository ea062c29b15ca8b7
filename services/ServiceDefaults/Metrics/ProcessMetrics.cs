using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ServiceDefaults;

/// <summary>What every process tells about itself.</summary>
internal sealed class ProcessMetrics(TimeProvider clock)
{
    private readonly DateTimeOffset _started = clock.GetUtcNow();

    public TimeSpan Uptime => clock.GetUtcNow() - _started;

    public void Write(StringBuilder text, string service)
    {
        using var process = Process.GetCurrentProcess();
        Line(text, service, "process_cpu_seconds_total", "counter", "Processor time used", process.TotalProcessorTime.TotalSeconds);
        Line(text, service, "process_resident_memory_bytes", "gauge", "Memory in use", process.WorkingSet64);
        Line(text, service, "process_start_time_seconds", "gauge", "Start, in seconds since 1970", _started.ToUnixTimeMilliseconds() / 1000.0);
        Line(text, service, "process_threads", "gauge", "Threads of the thread pool", ThreadPool.ThreadCount);
        Line(text, service, "dotnet_gc_heap_bytes", "gauge", "Managed memory in use", GC.GetTotalMemory(forceFullCollection: false));
        Line(text, service, "dotnet_gc_collections_total", "counter", "Garbage collections of the oldest generation", GC.CollectionCount(GC.MaxGeneration));
    }

    private static void Line(StringBuilder text, string service, string name, string type, string help, double value) => text
        .Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n')
        .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n')
        .Append(name).Append("{service=\"").Append(service).Append("\"} ").Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
}
