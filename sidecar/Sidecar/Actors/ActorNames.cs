using Sidecar.Schedules;

namespace Sidecar.Actors;

/// <summary>Which texts may be part of an actor's address.</summary>
internal static class ActorNames
{
    private static readonly System.Buffers.SearchValues<char> Forbidden = System.Buffers.SearchValues.Create("#?\0/\\");

    /// <summary>True for the types of the workflow engine.</summary>
    public static bool IsReserved(string type) => type.StartsWith("dapr.internal.", StringComparison.Ordinal);

    /// <summary>Why a text cannot name a type, an actor, a reminder or a timer; null when it can.</summary>
    public static string? Problem(string name)
    {
        if (name.AsSpan().IndexOfAny(Forbidden) >= 0)
        {
            return $"name contains forbidden character: {GoText.Quote(name)}";
        }

        return ControlCharacter(name) is var position and >= 0 ? $"name contains control character at position {position}: {GoText.Quote(name)}"
            : name is "." or ".." ? $"name is a path traversal sequence: {GoText.Quote(name)}"
            : null;
    }

    /// <summary>A method without <c>.</c>, <c>..</c> and doubled slashes; null with the reason when it holds a forbidden character.</summary>
    public static string? CleanMethod(string method, out string? problem)
    {
        problem = method.AsSpan().IndexOfAny('#', '?', '\0') >= 0 ? $"method contains forbidden character: {GoText.Quote(method)}"
            : ControlCharacter(method) is var position and >= 0 ? $"method contains control character at position {position}: {GoText.Quote(method)}"
            : null;
        return problem is null ? Api.Http.RequestPath.Clean("/" + method)[1..] : null;
    }

    private static int ControlCharacter(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is < ' ' or '\u007f')
            {
                return i;
            }
        }

        return -1;
    }
}
