using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Api.Http;

/// <summary>Values of headers that do not come out of a header. .NET's client writes them as they are: a line break in one would be another header, or another request.</summary>
internal static class FieldValue
{
    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(c => (char)c).Where(c => c != '\t'), '\u007f']);

    /// <summary>Whether a text can be the value of a header; tabs may stand in one, other control characters may not.</summary>
    public static bool IsValid(string text) => !text.AsSpan().ContainsAny(Controls);

    /// <summary>Whether all headers of a request have such values: over HTTP/1.1 Kestrel sees to it, over HTTP/2 nobody does.</summary>
    public static bool AreValid(IHeaderDictionary headers)
    {
        foreach (var (_, values) in headers)
        {
            foreach (var value in values)
            {
                if (!IsValid(value ?? ""))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>What Go's HTTP client says of a value that is none.</summary>
    public static string Problem(string name) => $"net/http: invalid header field value for \"{name}\"";
}
