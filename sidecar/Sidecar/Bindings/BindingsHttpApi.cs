using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;
using Sidecar.Telemetry;

namespace Sidecar.Bindings;

/// <summary><c>POST</c> and <c>PUT /v1.0/bindings/{name}</c>: calls an output binding.</summary>
internal sealed class BindingsHttpApi(OutputBindings outputs, Tracing tracing) : IHttpApi
{
    private const string RequestType = "OutputBindingRequest";
    private static readonly byte[] Null = "null"u8.ToArray();

    /// <inheritdoc />
    public IReadOnlyList<string> Prefixes { get; } = ["v1.0/bindings"];

    /// <inheritdoc />
    public async Task HandleAsync(HttpContext context, string rest)
    {
        if (!(HttpMethods.IsPost(context.Request.Method) || HttpMethods.IsPut(context.Request.Method)) || rest.Length == 0 || rest.Contains('/', StringComparison.Ordinal))
        {
            await ApiError.NoRoute.WriteAsync(context);
            return;
        }

        if (RequestMetadata.Decode(rest) is not { } name)
        {
            await RequestMetadata.WriteBadPathAsync(context);
            return;
        }

        var (body, isWhole) = await RequestBytes.ReadAsync(context);
        using var document = GoJson.Decode(body, out var problem);
        if (!isWhole && problem?.StartsWith("invalid character", StringComparison.Ordinal) == true)
        {
            // As in daprd: more than is read, and no JSON from the start, ends the connection.
            context.Abort();
            return;
        }

        var request = document is null ? null : Read(document.RootElement, out problem);
        if (request is null)
        {
            await new ApiError(400, "ERR_MALFORMED_REQUEST", $"failed deserializing HTTP body: {problem}").WriteAsync(context);
            return;
        }

        var result = await outputs.InvokeAsync(name, WithContext(context, request), context.RequestAborted);
        await WriteAsync(context, name, result);
    }

    private static BindingRequest? Read(JsonElement body, out string? problem)
    {
        problem = null;
        if (body.ValueKind is JsonValueKind.Null)
        {
            return new BindingRequest("", Null, new Dictionary<string, string>(StringComparer.Ordinal));
        }

        if (body.ValueKind is not JsonValueKind.Object)
        {
            problem = $"json: cannot unmarshal {GoJson.KindOf(body)} into Go value of type http.{RequestType}";
            return null;
        }

        var operation = GoJson.Member(body, "operation");
        if (operation is { ValueKind: not (JsonValueKind.String or JsonValueKind.Null) } wrong)
        {
            problem = $"json: cannot unmarshal {GoJson.KindOf(wrong)} into Go struct field {RequestType}.operation of type string";
            return null;
        }

        return ReadMetadata(body, out problem) is { } metadata
            ? new BindingRequest(operation?.GetString() ?? "", GoJson.Member(body, "data") is { } data ? GoJson.Compact(data) : Null, metadata)
            : null;
    }

    private static Dictionary<string, string>? ReadMetadata(JsonElement body, out string? problem)
    {
        problem = null;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (GoJson.Member(body, "metadata") is not { ValueKind: not JsonValueKind.Null } given)
        {
            return metadata;
        }

        if (given.ValueKind is not JsonValueKind.Object)
        {
            problem = $"json: cannot unmarshal {GoJson.KindOf(given)} into Go struct field {RequestType}.metadata of type map[string]string";
            return null;
        }

        foreach (var member in given.EnumerateObject())
        {
            if (member.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            {
                problem = $"json: cannot unmarshal {GoJson.KindOf(member.Value)} into Go struct field {RequestType}.metadata of type string";
                return null;
            }

            metadata[member.Name] = member.Value.GetString() ?? "";
        }

        return metadata;
    }

    // The request's own context takes the place of what the caller put into the metadata.
    private BindingRequest WithContext(HttpContext context, BindingRequest request)
    {
        var metadata = new Dictionary<string, string>(request.Metadata, StringComparer.Ordinal);
        var trace = tracing.Of(context);
        if (tracing.Header(trace) is { } traceParent)
        {
            metadata["traceparent"] = traceParent;
        }

        if (trace.TraceState.Length > 0)
        {
            metadata["tracestate"] = trace.TraceState;
        }

        if (context.Request.Headers["baggage"] is { Count: > 0 } baggage)
        {
            metadata["baggage"] = HeaderText.Read(string.Join(',', baggage.AsEnumerable()));
        }

        return request with { Metadata = metadata };
    }

    private static async Task WriteAsync(HttpContext context, string name, BindingResult result)
    {
        foreach (var (key, value) in result.Response?.Metadata ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            context.Response.Headers[$"metadata.{key}"] = Printable(value);
        }

        if (result.Error is not null)
        {
            await new ApiError(500, "ERR_INVOKE_OUTPUT_BINDING", $"error invoking output binding {name}: {result.Error}").WriteAsync(context);
        }
        else if (result.Response is { } response)
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = response.Data.Length;
            await context.Response.Body.WriteAsync(response.Data, context.RequestAborted);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    // A header holds one line of ASCII, whatever a server or a statement held.
    private static string Printable(string value)
    {
        if (Ascii.IsValid(value) && !value.AsSpan().ContainsAnyInRange('\0', '\u001f'))
        {
            return value;
        }

        return string.Create(value.Length, value, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = text[i] < ' ' ? ' ' : char.IsAscii(text[i]) ? text[i] : '?';
            }
        });
    }
}
