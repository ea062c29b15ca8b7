using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace ServiceDefaults;

/// <summary>
/// One JSON object per line. The names of the first fields are the same in every service, so that one query finds a request's
/// lines everywhere; all other data are in `fields`.
/// </summary>
internal sealed class JsonLogFormatter(string service) : ITextFormatter
{
    private static readonly Dictionary<string, string> TopLevel = new(StringComparer.OrdinalIgnoreCase)
    {
        ["UserId"] = "user_id",
        ["OrderId"] = "order_id",
        ["PaymentId"] = "payment_id",
        ["DurationMs"] = "duration_ms",
        ["RequestId"] = "request_id",
    };

    // Scope values of the framework that only repeat what is there.
    private static readonly HashSet<string> Dropped = new(StringComparer.Ordinal) { "ConnectionId", "RequestPath", "SpanId", "TraceId", "ParentId", "Scope", "{OriginalFormat}", "EventId" };

    // Texts stand in the message as they are, without quotes.
    private static readonly MessageTemplateTextFormatter Message = new("{Message:lj}");

    // A log line is never put into a page: quotes stay readable.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            Write(logEvent, json);
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    private void Write(LogEvent logEvent, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("timestamp", logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
        json.WriteString("level", Level(logEvent.Level));
        json.WriteString("service", service);
        json.WriteString("trace_id", logEvent.TraceId?.ToString());
        json.WriteString("span_id", logEvent.SpanId?.ToString());
        json.WriteString("message", Text(logEvent));
        foreach (var (name, value) in logEvent.Properties.Where(property => TopLevel.ContainsKey(property.Key)))
        {
            json.WritePropertyName(TopLevel[name]);
            WriteValue(json, value);
        }

        if (logEvent.Exception is { } exception)
        {
            WriteError(json, exception);
        }

        WriteFields(logEvent, json);
        json.WriteEndObject();
    }

    private static string Text(LogEvent logEvent)
    {
        using var text = new StringWriter();
        Message.Format(logEvent, text);
        return text.ToString();
    }

    private static void WriteError(Utf8JsonWriter json, Exception exception)
    {
        json.WriteStartObject("error");
        json.WriteString("code", exception.GetType().Name);
        json.WriteString("details", exception.Message);
        json.WriteString("stack", exception.ToString());
        json.WriteEndObject();
    }

    private static void WriteFields(LogEvent logEvent, Utf8JsonWriter json)
    {
        var fields = logEvent.Properties.Where(property => !TopLevel.ContainsKey(property.Key) && !Dropped.Contains(property.Key)).ToList();
        if (fields.Count == 0)
        {
            return;
        }

        json.WriteStartObject("fields");
        foreach (var (name, value) in fields)
        {
            json.WritePropertyName(name);
            WriteValue(json, value);
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, LogEventPropertyValue value)
    {
        switch (value)
        {
            case ScalarValue { Value: null }:
                json.WriteNullValue();
                break;
            case ScalarValue { Value: bool flag }:
                json.WriteBooleanValue(flag);
                break;
            case ScalarValue { Value: int or long or short or byte or uint }:
                json.WriteNumberValue(Convert.ToInt64(((ScalarValue)value).Value));
                break;
            case ScalarValue { Value: double number } when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case ScalarValue { Value: var other }:
                json.WriteStringValue(other!.ToString());
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }

    private static string Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose or LogEventLevel.Debug => "debug",
        LogEventLevel.Information => "info",
        LogEventLevel.Warning => "warn",
        LogEventLevel.Error => "error",
        _ => "fatal",
    };
}
