using System.Buffers;
using Sidecar.Schedules;

namespace Sidecar.Telemetry;

/// <summary>The header <c>baggage</c> of W3C: it goes on to apps as any header does and comes back with the answer; one that is malformed is refused.</summary>
internal static class Baggage
{
    /// <summary>The header's name.</summary>
    public const string Header = "baggage";

    private const int MaxLength = 8192;
    private static readonly char[] Blanks = [' ', '\t'];
    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>What is wrong with a header's value in the words of OpenTelemetry's Go library; null when nothing is.</summary>
    public static string? Problem(string value) =>
        value.Length == 0 ? null
        : value.Length > MaxLength ? $"baggage-string too large: {value.Length}"
        : value.Split(',').Select(ProblemOfMember).FirstOrDefault(problem => problem is not null);

    /// <summary>Whether a value can be a header of the answer: properties of a member may hold what no header may.</summary>
    public static bool CanComeBack(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static string? ProblemOfMember(string member)
    {
        var pair = member.Split(';')[0];
        var delimiter = pair.IndexOf('=', StringComparison.Ordinal);
        if (delimiter < 0)
        {
            return $"invalid baggage list-member: {GoText.Quote(member)}";
        }

        var (key, value) = (pair[..delimiter].Trim(Blanks), pair[(delimiter + 1)..].Trim(Blanks));
        return key.Length == 0 || key.AsSpan().ContainsAnyExcept(Token) ? $"invalid key: {GoText.Quote(key)}"
            : value.Any(letter => letter is <= ' ' or > '~' or '"' or ',' or ';' or '\\') ? $"invalid value: {GoText.Quote(pair[(delimiter + 1)..])}"
            : null;
    }
}
