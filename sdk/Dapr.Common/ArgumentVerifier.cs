using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Dapr.Common;

/// <summary>Argument checks with the exceptions callers of the official packages know.</summary>
internal static class ArgumentVerifier
{
    internal static void ThrowIfNull([NotNull] object? value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        ArgumentNullException.ThrowIfNull(value, name);

    internal static void ThrowIfNullOrEmpty([NotNull] string? value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        ArgumentException.ThrowIfNullOrEmpty(value, name);
}
