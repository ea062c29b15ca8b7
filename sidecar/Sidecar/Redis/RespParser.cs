using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Sidecar.Redis;

/// <summary>Parses replies of RESP2 and RESP3. Lengths and nesting are bounded, so that a broken peer cannot exhaust memory or stack.</summary>
internal static class RespParser
{
    private const int MaxBulk = 512 * 1024 * 1024;
    private const int MaxItems = 1024 * 1024;
    private const int MaxDepth = 16;
    private const int MaxLine = 64 * 1024;

    /// <summary>Reads one reply; false when more bytes are needed. Throws <see cref="InvalidDataException"/> for what is not RESP.</summary>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, out RedisReply reply)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (!TryRead(ref reader, 0, out reply))
        {
            return false;
        }

        buffer = buffer.Slice(reader.Position);
        return true;
    }

    private static bool TryRead(ref SequenceReader<byte> reader, int depth, out RedisReply reply)
    {
        reply = RedisReply.Null;
        if (depth > MaxDepth)
        {
            throw new InvalidDataException("Redis reply is nested too deeply");
        }

        if (!reader.TryReadTo(out ReadOnlySequence<byte> line, "\r\n"u8))
        {
            return reader.Remaining <= MaxLine ? false : throw new InvalidDataException("Redis reply line is too long");
        }

        if (line.IsEmpty)
        {
            throw new InvalidDataException("Redis reply has no type");
        }

        var type = line.FirstSpan[0];
        var rest = line.Slice(1);
        switch ((char)type)
        {
            case '+' or ',' or '(':
                reply = RedisReply.Text(rest.ToArray());
                return true;
            case '-':
                reply = RedisReply.Error(rest.ToArray());
                return true;
            case ':':
                reply = RedisReply.Number(Number(rest));
                return true;
            case '#':
                reply = RedisReply.Number(rest.FirstSpan is [(byte)'t', ..] ? 1 : 0);
                return true;
            case '_':
                return true;
            case '$' or '=' or '!':
                return TryReadBulk(ref reader, (char)type, Number(rest), out reply);
            case '*' or '~' or '>' or '%' or '|':
                return TryReadItems(ref reader, (char)type, Number(rest), depth, out reply);
            default:
                throw new InvalidDataException($"Redis reply has the unknown type '{(char)type}'");
        }
    }

    private static bool TryReadBulk(ref SequenceReader<byte> reader, char type, long length, out RedisReply reply)
    {
        reply = RedisReply.Null;
        if (length < 0)
        {
            return true;
        }

        if (length > MaxBulk)
        {
            throw new InvalidDataException($"Redis reply of {length} bytes is too large");
        }

        if (!reader.TryReadExact((int)length + 2, out var content))
        {
            return false;
        }

        var bytes = content.Slice(0, length).ToArray();
        reply = type switch
        {
            '!' => RedisReply.Error(bytes),
            '=' when bytes.Length >= 4 => RedisReply.Text(bytes[4..]),
            _ => RedisReply.Text(bytes),
        };
        return true;
    }

    private static bool TryReadItems(ref SequenceReader<byte> reader, char type, long count, int depth, out RedisReply reply)
    {
        reply = RedisReply.Null;
        if (count < 0)
        {
            return true;
        }

        var total = type is '%' or '|' ? count * 2 : count;
        if (total > MaxItems)
        {
            throw new InvalidDataException($"Redis reply of {total} items is too large");
        }

        var items = new RedisReply[total];
        for (var i = 0; i < items.Length; i++)
        {
            if (!TryRead(ref reader, depth + 1, out items[i]))
            {
                return false;
            }
        }

        // An attribute ('|') describes the reply that follows it and is of no interest.
        if (type == '|')
        {
            return TryRead(ref reader, depth + 1, out reply);
        }

        reply = RedisReply.Aggregate(type switch { '%' => RedisReplyKind.Map, '>' => RedisReplyKind.Push, _ => RedisReplyKind.Array }, items);
        return true;
    }

    private static long Number(ReadOnlySequence<byte> text)
    {
        Span<byte> digits = stackalloc byte[24];
        if (text.Length is 0 or > 20)
        {
            throw new InvalidDataException("Redis reply has no valid number");
        }

        text.CopyTo(digits);
        digits = digits[..(int)text.Length];
        return Utf8Parser.TryParse(digits, out long value, out var used) && used == digits.Length
            ? value
            : throw new InvalidDataException($"Redis reply has the invalid number '{Encoding.ASCII.GetString(digits)}'");
    }
}
