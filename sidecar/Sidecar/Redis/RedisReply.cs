using System.Text;

namespace Sidecar.Redis;

/// <summary>What a reply is, independent of the protocol version it came in.</summary>
internal enum RedisReplyKind
{
    Null,
    Text,
    Integer,
    Error,
    Array,
    Map,
    Push,
}

/// <summary>One reply of a Redis server. Doubles, big numbers and verbatim strings arrive as text, booleans as 0 and 1; a map's items are key, value, key, value.</summary>
internal sealed class RedisReply
{
    /// <summary>No value.</summary>
    public static readonly RedisReply Null = new(RedisReplyKind.Null, [], 0, []);

    private RedisReply(RedisReplyKind kind, byte[] bytes, long number, RedisReply[] items)
    {
        Kind = kind;
        Bytes = bytes;
        Integer = number;
        Items = items;
    }

    public RedisReplyKind Kind { get; }

    public byte[] Bytes { get; }

    public long Integer { get; }

    public IReadOnlyList<RedisReply> Items { get; }

    public bool IsNull => Kind == RedisReplyKind.Null;

    public static RedisReply Text(byte[] bytes) => new(RedisReplyKind.Text, bytes, 0, []);

    public static RedisReply Number(long number) => new(RedisReplyKind.Integer, [], number, []);

    public static RedisReply Error(byte[] message) => new(RedisReplyKind.Error, message, 0, []);

    public static RedisReply Aggregate(RedisReplyKind kind, RedisReply[] items) => new(kind, [], 0, items);

    /// <summary>The value as text; a number in its decimal form, null for no value.</summary>
    public string? AsText() => Kind switch
    {
        RedisReplyKind.Text or RedisReplyKind.Error => Encoding.UTF8.GetString(Bytes),
        RedisReplyKind.Integer => Integer.ToString(),
        _ => null,
    };

    /// <summary>The fields of a hash, by name; accepts the map of RESP3 and the flat list of RESP2.</summary>
    public Dictionary<string, RedisReply> AsFields()
    {
        var fields = new Dictionary<string, RedisReply>(Items.Count / 2, StringComparer.Ordinal);
        for (var i = 0; i + 1 < Items.Count; i += 2)
        {
            fields[Items[i].AsText() ?? string.Empty] = Items[i + 1];
        }

        return fields;
    }
}
