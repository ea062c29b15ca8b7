using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Conformance.Grpc;

/// <summary>Messages as the recordings write them: lower-camel names, no defaults, bytes as `$utf8`, `$base64` or `$repeat`, 64-bit numbers as texts, no special forms.</summary>
internal static class GrpcJson
{
    /// <summary>Reads a message.</summary>
    public static IMessage Read(MessageDescriptor type, JsonObject json, Placeholders placeholders)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var (name, value) in json)
        {
            var field = type.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == name || field.Name == name)
                ?? throw new NotReplayableException($"field {name} of {type.Name}");
            if (value is not null)
            {
                Set(message, field, value, placeholders);
            }
        }

        return message;
    }

    /// <summary>Writes a message.</summary>
    public static JsonObject Write(IMessage message)
    {
        var json = new JsonObject();
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (IsSet(message, field))
            {
                json[message.Descriptor.FullName == "google.protobuf.Any" ? field.Name : field.JsonName] = WriteField(field, field.Accessor.GetValue(message));
            }
        }

        return json;
    }

    /// <summary>Bytes.</summary>
    public static JsonObject WriteBytes(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            if (!text.Any(c => char.IsControl(c) && c is not ('\r' or '\n' or '\t')))
            {
                return new JsonObject { ["$utf8"] = text };
            }
        }
        catch (DecoderFallbackException)
        {
            // Not a text.
        }

        return new JsonObject { ["$base64"] = Convert.ToBase64String(bytes) };
    }

    /// <summary>A recorded message with its repeated bytes spelled out, to be compared.</summary>
    public static JsonNode? Expand(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject bytes when bytes.ContainsKey("$repeat"):
                return WriteBytes(ReadBytes(bytes, null));
            case JsonObject members:
                var json = new JsonObject();
                foreach (var (name, value) in members)
                {
                    json[name] = Expand(value);
                }

                return json;
            case JsonArray items:
                return new JsonArray([.. items.Select(Expand)]);
            default:
                return node?.DeepClone();
        }
    }

    private static bool IsSet(IMessage message, FieldDescriptor field)
    {
        if (field.IsMap)
        {
            return ((System.Collections.IDictionary)field.Accessor.GetValue(message)).Count > 0;
        }

        if (field.IsRepeated)
        {
            return ((System.Collections.IList)field.Accessor.GetValue(message)).Count > 0;
        }

        return field.HasPresence ? field.Accessor.HasValue(message) : field.Accessor.GetValue(message) switch
        {
            string text => text.Length > 0,
            ByteString bytes => !bytes.IsEmpty,
            bool flag => flag,
            System.Enum value => Convert.ToInt32(value, CultureInfo.InvariantCulture) != 0,
            IConvertible number => Convert.ToDouble(number, CultureInfo.InvariantCulture) != 0,
            _ => false,
        };
    }

    private static JsonNode? WriteField(FieldDescriptor field, object value)
    {
        if (field.IsMap)
        {
            var values = field.MessageType.FindFieldByNumber(2);
            var map = new JsonObject();
            foreach (System.Collections.DictionaryEntry entry in (System.Collections.IDictionary)value)
            {
                map[entry.Key.ToString()!] = WriteOne(values, entry.Value!);
            }

            return map;
        }

        return field.IsRepeated ? new JsonArray([.. ((System.Collections.IEnumerable)value).Cast<object>().Select(one => WriteOne(field, one))]) : WriteOne(field, value);
    }

    private static JsonNode? WriteOne(FieldDescriptor field, object value) => value switch
    {
        IMessage message => Write(message),
        ByteString bytes => bytes.IsEmpty ? new JsonObject() : WriteBytes(bytes.Span),
        string text => text,
        bool flag => flag,
        long or ulong => Convert.ToString(value, CultureInfo.InvariantCulture),
        double number => number,
        float number => number,
        uint number => number,
        int number when field.FieldType != FieldType.Enum => number,
        _ => field.EnumType.FindValueByNumber(Convert.ToInt32(value, CultureInfo.InvariantCulture))?.Name ?? value.ToString(),
    };

    private static void Set(IMessage message, FieldDescriptor field, JsonNode value, Placeholders placeholders)
    {
        if (field.IsMap)
        {
            var map = (System.Collections.IDictionary)field.Accessor.GetValue(message);
            foreach (var (key, entry) in value.AsObject())
            {
                map[key] = ReadOne(field.MessageType.FindFieldByNumber(2), entry!, placeholders);
            }
        }
        else if (field.IsRepeated)
        {
            var list = (System.Collections.IList)field.Accessor.GetValue(message);
            foreach (var entry in value.AsArray())
            {
                list.Add(ReadOne(field, entry!, placeholders));
            }
        }
        else
        {
            field.Accessor.SetValue(message, ReadOne(field, value, placeholders));
        }
    }

    private static object ReadOne(FieldDescriptor field, JsonNode value, Placeholders placeholders) => field.FieldType switch
    {
        FieldType.Message => Read(field.MessageType, value.AsObject(), placeholders),
        FieldType.Bytes => ByteString.CopyFrom(ReadBytes(value, placeholders)),
        FieldType.String => placeholders.Fill(value.ToString()),
        FieldType.Bool => value.GetValue<bool>(),
        FieldType.Int32 => int.Parse(value.ToString(), CultureInfo.InvariantCulture),
        FieldType.UInt32 => uint.Parse(value.ToString(), CultureInfo.InvariantCulture),
        FieldType.Int64 => long.Parse(value.ToString(), CultureInfo.InvariantCulture),
        FieldType.UInt64 => ulong.Parse(value.ToString(), CultureInfo.InvariantCulture),
        FieldType.Double => double.Parse(value.ToString(), CultureInfo.InvariantCulture),
        FieldType.Enum => Enum(field.EnumType, value),
        var other => throw new NotReplayableException($"a field of type {other}"),
    };

    private static object Enum(EnumDescriptor type, JsonNode value) =>
        System.Enum.ToObject(type.ClrType, type.FindValueByName(value.ToString())?.Number ?? int.Parse(value.ToString(), CultureInfo.InvariantCulture));

    private static byte[] ReadBytes(JsonNode value, Placeholders? placeholders) => value switch
    {
        JsonObject bytes when bytes["$utf8"] is { } text => Encoding.UTF8.GetBytes(placeholders?.Fill(text.GetValue<string>()) ?? text.GetValue<string>()),
        JsonObject bytes when bytes["$base64"] is { } base64 => Convert.FromBase64String(base64.GetValue<string>()),
        JsonObject bytes when bytes["$repeat"] is JsonObject repeat => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(repeat["char"]!.GetValue<string>(), repeat["count"]!.GetValue<int>()))),
        JsonObject { Count: 0 } => [],
        _ => Encoding.UTF8.GetBytes(value.ToString()),
    };
}
