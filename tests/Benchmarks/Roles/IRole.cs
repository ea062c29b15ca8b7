namespace Benchmarks.Roles;

/// <summary>A part of the measured system in a process of its own.</summary>
internal interface IRole : IAsyncDisposable
{
    /// <summary>Starts it and returns the ports it listens on.</summary>
    Task<IReadOnlyList<int>> StartAsync();
}
