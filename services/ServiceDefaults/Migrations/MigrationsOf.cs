using System.Reflection;

namespace ServiceDefaults;

/// <summary>The assembly whose migrations make the service's schema.</summary>
internal sealed record MigrationsOf(Assembly Assembly);
