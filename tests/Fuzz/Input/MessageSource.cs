using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Fuzz.Input;

/// <summary>Messages of any type with values that mean something, or nearly.</summary>
internal static class MessageSource
{
    private static readonly string[] Texts =
    [
        "store", "pubsub", "secrets", "files", "t", "forbidden", "app", "locked", "T", "1", "k", "k||x", "hidden", "open", "method", "/a/../b", "create", "get", "list", "../canary.txt", "fileName", "", "application/json", "upsert", "delete",
        "5s", "@every 1s", "R2/PT1S", "rawPayload", "true", "ttlInSeconds", "-1", "\0", "\u20ac", "x HTTP/1.1\r\nX-Smuggled: 1\r\nx: 1", "w", "dapr", "%", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ];

    public static IMessage Next(FuzzRandom random, MessageDescriptor type, int depth)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in type.Fields.InDeclarationOrder().Where(_ => random.Percent(75)))
        {
            Set(random, message, field, depth);
        }

        return message;
    }

    private static void Set(FuzzRandom random, IMessage message, FieldDescriptor field, int depth)
    {
        if (field.IsMap)
        {
            var map = (IDictionary)field.Accessor.GetValue(message);
            var (key, value) = (field.MessageType.FindFieldByNumber(1), field.MessageType.FindFieldByNumber(2));
            for (var count = random.Below(3); count > 0; count--)
            {
                map[Value(random, key, depth)!] = Value(random, value, depth);
            }
        }
        else if (field.IsRepeated)
        {
            var list = (IList)field.Accessor.GetValue(message);
            for (var count = random.Below(4); count > 0; count--)
            {
                list.Add(Value(random, field, depth));
            }
        }
        else if (Value(random, field, depth) is { } value)
        {
            field.Accessor.SetValue(message, value);
        }
    }

    private static object? Value(FuzzRandom random, FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.String => Text(random),
        FieldType.Bytes => random.Percent(50) ? ByteString.CopyFromUtf8(Grammar.Json(random)) : ByteString.CopyFrom(random.Bytes(random.Below(40))),
        FieldType.Bool => random.Percent(50),
        FieldType.Double => random.Pick<double>([0, 1.5, double.NaN, double.MaxValue]),
        FieldType.Float => random.Pick<float>([0, 1.5f, float.NaN]),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => random.Pick<int>([0, 1, 5, -1, int.MaxValue, int.MinValue]),
        FieldType.UInt32 or FieldType.Fixed32 => random.Pick<uint>([0, 1, 5, uint.MaxValue]),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => random.Pick<long>([0, 1, 5, -1, long.MaxValue, long.MinValue]),
        FieldType.UInt64 or FieldType.Fixed64 => random.Pick<ulong>([0, 1, ulong.MaxValue]),
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, random.Percent(80) ? random.Pick(field.EnumType.Values.ToList()).Number : 999),
        _ when field.MessageType.ClrType is { } && IsWrapper(field.MessageType) => Wrapped(random, field.MessageType, depth),
        _ => depth == 0 ? field.MessageType.Parser.ParseFrom(ByteString.Empty) : Next(random, field.MessageType, depth - 1),
    };

    private static string Text(FuzzRandom random)
    {
        var text = random.Pick(Texts);
        return random.Percent(15) ? Mutation.Text(random, text) : text;
    }

    // Fields of a wrapper type hold the plain value.
    private static bool IsWrapper(MessageDescriptor type) => type.File.Name == "google/protobuf/wrappers.proto";

    private static object? Wrapped(FuzzRandom random, MessageDescriptor type, int depth) => Value(random, type.FindFieldByNumber(1), depth);
}
