using System.Diagnostics.CodeAnalysis;

namespace Dapr.Common.Serialization;

/// <summary>Turns payloads into text and back.</summary>
public interface IDaprSerializer
{
    /// <summary>Writes a value as its static type.</summary>
    string Serialize<T>(T value);

    /// <summary>Writes a value as the given type, or as its own.</summary>
    string Serialize(object? value, Type? inputType = null);

    /// <summary>Reads a value; null or empty text gives the default.</summary>
    [return: MaybeNull]
    T Deserialize<T>(string? data);

    /// <summary>Reads a value of the given type; null or empty text gives null.</summary>
    object? Deserialize(string? data, Type returnType);
}
