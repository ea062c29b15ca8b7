using System.Diagnostics;
using System.Text.Json;
using Serilog;

namespace ServiceDefaults.Tests;

public sealed class LogFormatTests
{
    [Fact]
    public void Line_OfAnEvent_HasTheCommonFieldNames()
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        var output = new StringWriter();
        using var logger = new LoggerConfiguration().WriteTo.Sink(new WriterSink(output)).CreateLogger();

        logger.Error(new InvalidOperationException("broken"), "Order {OrderId} of {UserId} took {DurationMs} at {Step}", "o-1", "u-1", 12.5, "reserve");

        var line = JsonElement.Parse(output.ToString());
        line.GetProperty("timestamp").GetString().Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
        line.GetProperty("level").GetString().Should().Be("error");
        line.GetProperty("service").GetString().Should().Be("probe");
        line.GetProperty("trace_id").GetString().Should().Be(activity.TraceId.ToString());
        line.GetProperty("span_id").GetString().Should().Be(activity.SpanId.ToString());
        line.GetProperty("message").GetString().Should().Contain("took 12.5");
        line.GetProperty("order_id").GetString().Should().Be("o-1");
        line.GetProperty("user_id").GetString().Should().Be("u-1");
        line.GetProperty("duration_ms").GetDouble().Should().Be(12.5);
        line.GetProperty("error").GetProperty("code").GetString().Should().Be("InvalidOperationException");
        line.GetProperty("error").GetProperty("details").GetString().Should().Be("broken");
        line.GetProperty("fields").GetProperty("Step").GetString().Should().Be("reserve");
    }

    private sealed class WriterSink(TextWriter output) : Serilog.Core.ILogEventSink
    {
        public void Emit(Serilog.Events.LogEvent logEvent) => new JsonLogFormatter("probe").Format(logEvent, output);
    }
}
