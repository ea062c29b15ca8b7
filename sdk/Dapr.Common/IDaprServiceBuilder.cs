using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Common;

/// <summary>Carries the service collection through a fluent registration.</summary>
public interface IDaprServiceBuilder
{
    /// <summary>The services being registered.</summary>
    IServiceCollection Services { get; }
}
