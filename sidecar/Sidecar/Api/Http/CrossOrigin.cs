using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sidecar.Api.Http;

/// <summary>Which web pages may call the HTTP API (CORS). Browsers ask first, without a token, so that the answer comes before the token is checked.</summary>
/// <param name="origins">Origins with or without one <c>*</c>; a <c>*</c> alone is any. Empty: none, and nothing is said about it.</param>
internal sealed class CrossOrigin(IReadOnlyList<string> origins)
{
    private static readonly StringValues Varying = new(["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"]);
    private static readonly HashSet<string> Methods = new(StringComparer.Ordinal) { "OPTIONS", "HEAD", "GET", "POST", "PUT", "PATCH", "DELETE" };
    private readonly bool _isAny = origins.Contains("*", StringComparer.Ordinal);

    /// <summary>Says to a browser what it may do; true when that was all that the request asked for.</summary>
    public bool Answer(HttpContext context)
    {
        if (origins.Count == 0)
        {
            return false;
        }

        var request = context.Request.Headers;
        var isQuestion = HttpMethods.IsOptions(context.Request.Method) && request.AccessControlRequestMethod.Count > 0;
        var headers = context.Response.Headers;
        headers.Append("Vary", isQuestion ? Varying : Varying[0]);
        var method = isQuestion ? request.AccessControlRequestMethod.ToString().ToUpperInvariant() : context.Request.Method;
        var origin = request.Origin.ToString();
        if (origin.Length > 0 && Allows(origin) && Methods.Contains(method))
        {
            headers.AccessControlAllowOrigin = _isAny ? "*" : origin;
            if (isQuestion)
            {
                headers.AccessControlAllowMethods = method;
                AllowHeaders(headers, request.AccessControlRequestHeaders.ToString());
            }
        }

        return isQuestion;
    }

    private bool Allows(string origin) => _isAny || origins.Any(pattern => Fits(origin, pattern));

    private static bool Fits(string origin, string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star < 0
            ? origin.Equals(pattern, StringComparison.OrdinalIgnoreCase)
            : origin.Length >= pattern.Length - 1 && origin.StartsWith(pattern[..star], StringComparison.OrdinalIgnoreCase) && origin.EndsWith(pattern[(star + 1)..], StringComparison.OrdinalIgnoreCase);
    }

    private static void AllowHeaders(IHeaderDictionary headers, string asked)
    {
        var names = asked.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length > 0)
        {
            headers.AccessControlAllowHeaders = string.Join(", ", names.Select(name => string.Join('-', name.Split('-').Select(Capital))));
        }
    }

    private static string Capital(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..].ToLower(CultureInfo.InvariantCulture);
}
