using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>An error answer with one of the <see cref="Codes"/>.</summary>
public sealed class ProblemResult : IResult, IStatusCodeHttpResult
{
    private const string TypePrefix = "urn:platform:problem:";

    internal ProblemResult(string code, string? detail, IReadOnlyDictionary<string, string[]>? errors, TimeSpan? retryAfter)
    {
        Code = code;
        Detail = detail;
        Errors = errors;
        RetryAfter = retryAfter;
        Status = Codes.StatusOf(code);
    }

    /// <summary>The stable code.</summary>
    public string Code { get; }

    /// <summary>What is wrong with this request.</summary>
    public string? Detail { get; }

    /// <summary>Field to messages.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; }

    /// <summary>When a repeat makes sense.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    int? IStatusCodeHttpResult.StatusCode => Status;

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (Status == StatusCodes.Status401Unauthorized && response.Headers.WWWAuthenticate.Count == 0)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        return response.WriteAsJsonAsync(Body(httpContext), ServiceJson.Options, "application/problem+json", httpContext.RequestAborted);
    }

    private Problem Body(HttpContext context)
    {
        var title = Codes.Of(Code).Title;
        var trace = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
        return new Problem(TypePrefix + Code, title, Status, Detail, context.Request.Path, Code, trace, Errors);
    }
}
