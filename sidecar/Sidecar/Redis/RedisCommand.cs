using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text;

namespace Sidecar.Redis;

/// <summary>An argument of a command: text, bytes or a number.</summary>
internal readonly struct RedisArgument
{
    private readonly string? _text;
    private readonly ReadOnlyMemory<byte> _bytes;

    private RedisArgument(string text) => _text = text;

    private RedisArgument(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>The length in bytes.</summary>
    public int Length => _text is null ? _bytes.Length : Encoding.UTF8.GetByteCount(_text);

    public static implicit operator RedisArgument(string text) => new(text);

    public static implicit operator RedisArgument(byte[] bytes) => new(bytes);

    public static implicit operator RedisArgument(ReadOnlyMemory<byte> bytes) => new(bytes);

    public static implicit operator RedisArgument(long number) => new(number.ToString());

    public static implicit operator RedisArgument(int number) => (long)number;

    /// <summary>Copies it to the begin of a buffer that has room for it.</summary>
    public void CopyTo(Span<byte> buffer)
    {
        if (_text is null)
        {
            _bytes.Span.CopyTo(buffer);
        }
        else
        {
            Encoding.UTF8.GetBytes(_text, buffer);
        }
    }
}

/// <summary>A command in its wire form.</summary>
internal sealed class RedisCommand
{
    private const int NewLine = 2;

    private static readonly FrozenSet<string> Reads = FrozenSet.Create(StringComparer.Ordinal, "GET", "HGET", "HGETALL", "HMGET", "KEYS", "PING", "ZRANGE", "ZRANGEBYLEX", "ZRANGEBYSCORE");

    private readonly byte[] _wire;

    private RedisCommand(string name, byte[] wire, bool isRepeatable)
    {
        Name = name;
        _wire = wire;
        IsRepeatable = isRepeatable;
    }

    /// <summary>
    /// Whether it may be sent again when the connection broke before its reply: done twice in a row, it comes to the same as once. What somebody
    /// else wrote in between is written over, as by any write without a condition that comes later; daprd's client repeats in the same way.
    /// </summary>
    public bool IsRepeatable { get; }

    /// <summary>The command's name, for messages; arguments are never shown, they may be secret.</summary>
    public string Name { get; }

    public ReadOnlyMemory<byte> Wire => _wire;

    public static RedisCommand Of(string name, params ReadOnlySpan<RedisArgument> arguments)
    {
        RedisArgument first = name;
        var size = HeaderSize(arguments.Length + 1) + Size(first);
        foreach (var argument in arguments)
        {
            size += Size(argument);
        }

        var wire = new byte[size];
        var rest = WriteArgument(WriteHeader(wire, '*', arguments.Length + 1), first);
        foreach (var argument in arguments)
        {
            rest = WriteArgument(rest, argument);
        }

        return new RedisCommand(name, wire, Reads.Contains(name));
    }

    /// <summary>The same command, of which the caller knows better whether it is repeatable.</summary>
    public RedisCommand Repeatable(bool isRepeatable) => new(Name, _wire, isRepeatable);

    private static int Size(RedisArgument argument)
    {
        var length = argument.Length;
        return HeaderSize(length) + length + NewLine;
    }

    private static int HeaderSize(int number)
    {
        var digits = 1;
        for (var left = number; left >= 10; left /= 10)
        {
            digits++;
        }

        return 1 + digits + NewLine;
    }

    private static Span<byte> WriteArgument(Span<byte> wire, RedisArgument argument)
    {
        var length = argument.Length;
        wire = WriteHeader(wire, '$', length);
        argument.CopyTo(wire);
        "\r\n"u8.CopyTo(wire[length..]);
        return wire[(length + NewLine)..];
    }

    private static Span<byte> WriteHeader(Span<byte> wire, char type, int count)
    {
        wire[0] = (byte)type;
        Utf8Formatter.TryFormat(count, wire[1..], out var digits);
        "\r\n"u8.CopyTo(wire[(digits + 1)..]);
        return wire[(digits + 1 + NewLine)..];
    }
}
