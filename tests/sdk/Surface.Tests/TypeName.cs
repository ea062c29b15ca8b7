namespace Surface.Tests;

/// <summary>Writes types as the lists do.</summary>
internal static class TypeName
{
    private static readonly HashSet<string> Silent = new(StringComparer.Ordinal) { "System", "System.Threading", "System.Threading.Tasks", "System.Collections.Generic" };

    public static string Of(Type type)
    {
        if (type.IsByRef)
        {
            return Of(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return $"{Of(type.GetElementType()!)}[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return $"{Of(underlying)}?";
        }

        return type.IsGenericParameter ? type.Name : Named(type);
    }

    private static string Named(Type type)
    {
        var outer = type.DeclaringType is { } declaring ? $"{Of(declaring)}." : Silent.Contains(type.Namespace!) ? string.Empty : $"{type.Namespace}.";
        var name = type.Name.Split('`')[0];
        var arguments = type.GetGenericArguments();
        return arguments.Length == 0 ? $"{outer}{name}" : $"{outer}{name}<{string.Join(", ", arguments.Select(Of))}>";
    }
}
