using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Api.Http;

/// <summary>An error of Dapr's HTTP API: status, <c>errorCode</c> and message, as daprd words them, with the details of the newer ones.</summary>
internal sealed record ApiError(int Status, string ErrorCode, string Message, IReadOnlyList<object>? Details = null)
{
    private static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>What daprd answers to a route, verb or shape of path that it does not have.</summary>
    public static ApiError NoRoute { get; } = new(404, "ERR_DIRECT_INVOKE", "failed getting app id either from the URL path or the header dapr-app-id");

    /// <summary>Under what it is counted: the reason of its details, else its code.</summary>
    public string Reason => ErrorDetail.ReasonOf(Details) ?? ErrorCode;

    /// <summary>Writes the error as daprd does.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        context.Features.Set(this);
        context.Response.StatusCode = Status;
        context.Response.ContentType = "application/json";
        var body = ToJson();
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>The error's JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new { errorCode = ErrorCode, message = Message, details = Details }, Json);
}
