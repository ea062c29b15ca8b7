using Sidecar.Redis;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Redis;

/// <summary>Writes a group of commits as one script, which Redis runs whole or not at all.</summary>
internal sealed class RedisCommitWriter(string appId, string prefix, long epoch, RedisClient client) : ICommitWriter
{
    private static readonly string[] Away = ["LOADING", "READONLY", "MASTERDOWN", "TRYAGAIN", "BUSY", "CLUSTERDOWN", "MISCONF"];

    // A script holds up everybody else on the server.
    public int MaxRows => 1_000;

    public async Task WriteAsync(IReadOnlyList<StoreCommit> commits, CancellationToken cancellationToken)
    {
        List<RedisArgument> arguments = [prefix, epoch];
        foreach (var commit in commits)
        {
            RedisRows.AddOperations(arguments, commit);
        }

        try
        {
            await RedisWorkflowScripts.Commit.ExecuteAsync(client, [prefix + "owner"], arguments, cancellationToken);
        }
        catch (RedisServerException e) when (e.Code == "FENCED")
        {
            throw new StoreFencedException(appId);
        }
    }

    public bool IsOutage(Exception exception) =>
        exception is RedisConnectionException or RedisTimeoutException || (exception is RedisServerException e && Away.Contains(e.Code, StringComparer.Ordinal));
}
