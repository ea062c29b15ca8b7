using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Sidecar.Redis;

/// <summary>An argument of a command: text, bytes or a number.</summary>
internal readonly struct RedisArgument
{
    private RedisArgument(ReadOnlyMemory<byte> bytes) => Bytes = bytes;

    public ReadOnlyMemory<byte> Bytes { get; }

    public static implicit operator RedisArgument(string text) => new(Encoding.UTF8.GetBytes(text));

    public static implicit operator RedisArgument(byte[] bytes) => new(bytes);

    public static implicit operator RedisArgument(ReadOnlyMemory<byte> bytes) => new(bytes);

    public static implicit operator RedisArgument(long number) => new(Encoding.ASCII.GetBytes(number.ToString()));

    public static implicit operator RedisArgument(int number) => (long)number;
}

/// <summary>A command in its wire form.</summary>
internal sealed class RedisCommand
{
    private RedisCommand(string name, ReadOnlyMemory<byte> wire)
    {
        Name = name;
        Wire = wire;
    }

    /// <summary>The command's name, for messages; arguments are never shown, they may be secret.</summary>
    public string Name { get; }

    public ReadOnlyMemory<byte> Wire { get; }

    public static RedisCommand Of(string name, params ReadOnlySpan<RedisArgument> arguments)
    {
        var wire = new ArrayBufferWriter<byte>(64);
        WriteHeader(wire, '*', arguments.Length + 1);
        WriteArgument(wire, Encoding.ASCII.GetBytes(name));
        foreach (var argument in arguments)
        {
            WriteArgument(wire, argument.Bytes.Span);
        }

        return new RedisCommand(name, wire.WrittenMemory);
    }

    private static void WriteArgument(ArrayBufferWriter<byte> wire, ReadOnlySpan<byte> bytes)
    {
        WriteHeader(wire, '$', bytes.Length);
        wire.Write(bytes);
        wire.Write("\r\n"u8);
    }

    private static void WriteHeader(ArrayBufferWriter<byte> wire, char type, int count)
    {
        var span = wire.GetSpan(16);
        span[0] = (byte)type;
        Utf8Formatter.TryFormat(count, span[1..], out var digits);
        wire.Advance(digits + 1);
        wire.Write("\r\n"u8);
    }
}
