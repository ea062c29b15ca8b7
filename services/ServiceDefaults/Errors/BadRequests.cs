using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>Turns what the framework says about a request that it could not read into an error answer that names the field.</summary>
internal static partial class BadRequests
{
    public static ProblemResult ToProblem(BadHttpRequestException exception) => exception.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => Problems.Of(Codes.PayloadTooLarge, "A request may have 1 MiB at most."),
        StatusCodes.Status415UnsupportedMediaType => Problems.Of(Codes.UnsupportedMediaType, "Send application/json."),
        _ when exception.InnerException is JsonException json => FromJson(json),
        _ => FromBinding(exception.Message),
    };

    private static ProblemResult FromJson(JsonException exception)
    {
        var field = exception.Path is { Length: > 0 } path && path != "$" ? path.TrimStart('$').TrimStart('.') : "body";
        return Problems.Invalid(field, exception.Message.Contains("could not be mapped", StringComparison.Ordinal) ? "is not a known member" : "is not valid JSON of the expected type");
    }

    private static ProblemResult FromBinding(string message)
    {
        var match = Parameter().Match(message);
        if (!match.Success)
        {
            return Problems.Of(Codes.ValidationFailed, "The request could not be read.");
        }

        var missing = message.StartsWith("Required", StringComparison.Ordinal) || message.StartsWith("Implicit body", StringComparison.Ordinal);
        return Problems.Invalid(match.Groups["name"].Value, missing ? "is required" : "is not valid");
    }

    // 'Failed to bind parameter "Guid id" from "x".' and 'Required parameter "string name" was not provided from query string.'
    [GeneratedRegex("""parameter "[^"]*?(?<name>[A-Za-z0-9_]+)"|Implicit (?<name>body)""", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();
}
