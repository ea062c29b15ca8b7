namespace Sidecar.Redis;

/// <summary>A Lua script that is sent once per server and then called by its hash.</summary>
internal sealed class RedisScript(string text)
{
    private volatile string? _hash;

    /// <summary>Runs the script atomically.</summary>
    /// <param name="isRepeatable">Whether running it twice comes to the same as once, so that it may be sent again when the connection broke before its reply.</param>
    public async Task<RedisReply> ExecuteAsync(RedisClient client, IReadOnlyList<RedisArgument> keys, IReadOnlyList<RedisArgument> arguments, CancellationToken cancellationToken, bool isRepeatable = false)
    {
        var hash = _hash ??= await LoadAsync(client, cancellationToken);
        try
        {
            return await client.ExecuteAsync(Call(hash, keys, arguments, isRepeatable), cancellationToken);
        }
        catch (RedisServerException exception) when (exception.Code == "NOSCRIPT")
        {
            // The server was restarted; the script has not run.
            hash = _hash = await LoadAsync(client, cancellationToken);
            return await client.ExecuteAsync(Call(hash, keys, arguments, isRepeatable), cancellationToken);
        }
    }

    private static RedisCommand Call(string hash, IReadOnlyList<RedisArgument> keys, IReadOnlyList<RedisArgument> arguments, bool isRepeatable) =>
        RedisCommand.Of("EVALSHA", [hash, keys.Count, .. keys, .. arguments]).Repeatable(isRepeatable);

    private async Task<string> LoadAsync(RedisClient client, CancellationToken cancellationToken)
    {
        var reply = await client.ExecuteAsync(RedisCommand.Of("SCRIPT", "LOAD", text).Repeatable(true), cancellationToken);
        return reply.AsText()!;
    }
}
