namespace Sidecar.Redis;

/// <summary>A Redis command did not work.</summary>
internal abstract class RedisException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The server answered with an error.</summary>
internal sealed class RedisServerException(string message) : RedisException(message)
{
    /// <summary>The error's first word, e.g. <c>WRONGTYPE</c>, <c>NOGROUP</c>.</summary>
    public string Code => Message.Split(' ', 2)[0];
}

/// <summary>The server cannot be reached, or the connection broke. When <see cref="Sent"/>, the command may have been executed.</summary>
internal sealed class RedisConnectionException(string message, bool sent, Exception? inner = null) : RedisException(message, inner)
{
    public bool Sent { get; } = sent;
}

/// <summary>No answer came within the deadline; the command may have been executed.</summary>
internal sealed class RedisTimeoutException(string message) : RedisException(message);
