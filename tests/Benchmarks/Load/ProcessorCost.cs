using Benchmarks.Roles;

namespace Benchmarks.Load;

/// <summary>The processor time that a role spends on a request, over all measurements: a figure that other load on the machine hardly changes.</summary>
internal sealed class ProcessorCost(RoleProcess role)
{
    private TimeSpan _spent;
    private double _requests;

    /// <summary>Microseconds for each request.</summary>
    public double Microseconds => _spent.TotalMicroseconds / _requests;

    public async Task<LoadResult> MeasureAsync(Func<Task<LoadResult>> measure)
    {
        var before = role.ProcessorTime;
        var result = await measure();
        _spent += role.ProcessorTime - before;
        _requests += result.Completed;
        return result;
    }
}
