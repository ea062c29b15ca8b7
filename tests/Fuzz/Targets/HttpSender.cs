using System.Collections.Concurrent;
using Fuzz.World;

namespace Fuzz.Targets;

/// <summary>Sends requests over a few connections that are kept while they are sound.</summary>
internal sealed class HttpSender(Func<int> port)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortPatience = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentBag<RawConnection> _idle = [];

    /// <summary>Sends a request that a server can read: it must be answered.</summary>
    public async Task<RawAnswer> SendAsync(RawRequest request)
    {
        for (var attempt = 0; ; attempt++)
        {
            var kept = _idle.TryTake(out var connection);
            connection ??= await RawConnection.OpenAsync(port());
            var answer = await connection.ExchangeAsync(request.ToBytes(), request.IsHead, MayWait(request) ? ShortPatience : Patience);
            if (answer.End == ExchangeEnd.Answered && answer.Header("connection") is null && answer.IsFramed && !request.IsHead)
            {
                _idle.Add(connection);
                return answer;
            }

            connection.Dispose();

            // A kept connection may have been closed by the server meanwhile.
            if (answer.End != ExchangeEnd.Closed || !kept || attempt > 0)
            {
                return answer;
            }
        }
    }

    /// <summary>Sends anything on a connection of its own; what is not answered soon is not waited for.</summary>
    public async Task<RawAnswer> SendAsync(byte[] bytes)
    {
        using var connection = await RawConnection.OpenAsync(port());
        return await connection.ExchangeAsync(bytes, isHead: false, ShortPatience);
    }

    /// <summary>What is answered only when somebody else does something: a workflow without a worker, an actor without a host.</summary>
    public static bool MayWait(RawRequest request) => request.Target.Contains("workflow", StringComparison.OrdinalIgnoreCase) || request.Target.Contains("actor", StringComparison.OrdinalIgnoreCase);
}
