using System.Collections.Concurrent;
using Fuzz.World;

namespace Fuzz.Targets;

/// <summary>Sends requests over a few connections that are kept while they are sound.</summary>
internal sealed class HttpSender(Func<int> port)
{
    // A hang lasts longer than a busy machine takes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortPatience = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentBag<RawConnection> _idle = [];

    /// <summary>Sends a request that a server can read: it must be answered.</summary>
    public async Task<RawAnswer> SendAsync(RawRequest request)
    {
        while (true)
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

            // Kept connections may have been closed by the server meanwhile, also several.
            if (answer.End != ExchangeEnd.Closed || !kept)
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
