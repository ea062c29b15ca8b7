using Benchmarks.Roles;

namespace Benchmarks.Load;

/// <summary>What a role spends on a request, over all measurements: processor time and memory allocated, which other load on the machine hardly changes.</summary>
internal sealed class RequestCost(RoleProcess role)
{
    private TimeSpan _spent;
    private double _allocated;
    private double _requests;

    /// <summary>Microseconds of processor time for each request.</summary>
    public double Microseconds => _spent.TotalMicroseconds / _requests;

    /// <summary>Bytes allocated for each request.</summary>
    public double Bytes => _allocated / _requests;

    public async Task<LoadResult> MeasureAsync(Func<Task<LoadResult>> measure)
    {
        var (spent, allocated) = (role.ProcessorTime, await role.AllocatedAsync());
        var result = await measure();
        _allocated += await role.AllocatedAsync() - allocated;
        _spent += role.ProcessorTime - spent;
        _requests += result.Completed;
        return result;
    }

    /// <inheritdoc />
    public override string ToString() => $"cpu {Microseconds:0} us, {Bytes:N0} B";
}
