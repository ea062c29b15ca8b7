namespace Surface.Tests;

/// <summary>Reads lines of the official surface that we do not have.</summary>
internal static class LeftOut
{
    /// <summary>Types that only experimental members use.</summary>
    private static readonly string[] Experimental = ["DataEncryptionCipher", "DecryptionOptions", "EncryptionOptions", "KeyWrapAlgorithm"];

    /// <summary>Why a line may be left out; null when it may not.</summary>
    public static string? Reason(string line) =>
        line.Contains("[Experimental(", StringComparison.Ordinal) || Array.Exists(Experimental, type => TypeOf(line) == type) ? "experimental"
        : line.Contains("[Obsolete]", StringComparison.Ordinal) ? "obsolete"
        : line.Contains("Grpc.", StringComparison.Ordinal) || TypeOf(line) == "InvocationInterceptor" ? "`Grpc.*` types"
        : null;

    /// <summary>The member, or the type, without namespace, parameters and result.</summary>
    public static string Name(string line)
    {
        var type = TypeOf(line);
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon < 0 || line.Contains("class ", StringComparison.Ordinal) || Array.Exists(Experimental, name => name == type) || type == "InvocationInterceptor")
        {
            return type;
        }

        var member = WithoutTypeArguments(line[(colon + 2)..]).Split('(')[0].Split(" {")[0].Split(' ')[^1];
        return member == ".ctor" ? $"{type}.ctor" : $"{type}.{member}";
    }

    private static string WithoutTypeArguments(string text)
    {
        while (text.LastIndexOf('<') is var open and >= 0)
        {
            text = text.Remove(open, text.IndexOf('>', open) + 1 - open);
        }

        return text;
    }

    // "Namespace.Type<T>: member", "Namespace.Enum.Value = 1" or "sealed class Namespace.Type : Base"
    private static string TypeOf(string line)
    {
        var words = line.Split(' ');
        var isHeader = words.Contains("class") || words.Contains("enum") || words.Contains("struct") || words.Contains("interface");
        var full = isHeader ? words[Array.FindIndex(words, word => word is "class" or "enum" or "struct" or "interface") + 1] : words[0].TrimEnd(':');
        var parts = full.Split('<')[0].Split('.');
        return !isHeader && words is [_, "=", ..] ? parts[^2] : parts[^1];
    }
}
