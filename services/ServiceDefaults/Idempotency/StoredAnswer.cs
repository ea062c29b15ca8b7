using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>An answer in the form it is kept in: the first caller and every repeat get it from here, so that they are equal.</summary>
internal sealed record StoredAnswer(int Status, string? Body, string? Location) : IResult
{
    public static StoredAnswer From(StoredResponse response) =>
        new(response.Status, response.Body is null ? null : JsonSerializer.Serialize(response.Body, ServiceJson.Options), response.Location);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (Status >= 400 && Body is not null && JsonSerializer.Deserialize<StoredProblem>(Body, ServiceJson.Tolerant) is { } problem)
        {
            return Problems.Of(problem.Code, problem.Detail, problem.Errors).ExecuteAsync(httpContext);
        }

        var response = httpContext.Response;
        response.StatusCode = Status;
        if (Location is not null)
        {
            response.Headers.Location = Location;
        }

        if (Body is null)
        {
            return Task.CompletedTask;
        }

        response.ContentType = "application/json; charset=utf-8";
        return response.WriteAsync(Body, Encoding.UTF8, httpContext.RequestAborted);
    }
}
