using System.Globalization;
using System.Runtime.Serialization;
using System.Text;
using System.Xml;

namespace Dapr.Actors.Communication;

/// <summary>The headers of typed calls as XML in one line of ASCII, which is what an HTTP header takes.</summary>
internal static class HeaderText
{
    private static readonly DataContractSerializer Requests = new(typeof(IActorRequestMessageHeader), [typeof(ActorRequestMessageHeader)]);
    private static readonly DataContractSerializer Responses = new(typeof(IActorResponseMessageHeader), [typeof(ActorResponseMessageHeader)]);

    internal static string Write(IActorRequestMessageHeader header) => Write(Requests, header);

    internal static string Write(IActorResponseMessageHeader header) => Write(Responses, header);

    internal static IActorRequestMessageHeader ReadRequest(string text) => (IActorRequestMessageHeader)Read(Requests, text);

    internal static IActorResponseMessageHeader ReadResponse(string text) => (IActorResponseMessageHeader)Read(Responses, text);

    private static string Write(DataContractSerializer serializer, object header)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlDictionaryWriter.CreateTextWriter(stream))
        {
            serializer.WriteObject(writer, header);
        }

        return ToAscii(Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static object Read(DataContractSerializer serializer, string text)
    {
        using var reader = XmlDictionaryReader.CreateTextReader(Encoding.UTF8.GetBytes(text), XmlDictionaryReaderQuotas.Max);
        return serializer.ReadObject(reader) ?? throw new SerializationException("The header is empty.");
    }

    // Everything beyond ASCII stands in texts, where XML takes character references; so do line ends.
    private static string ToAscii(string xml)
    {
        if (Ascii.IsValid(xml) && xml.AsSpan().IndexOfAny('\r', '\n') < 0)
        {
            return xml;
        }

        var text = new StringBuilder(xml.Length + 32);
        foreach (var rune in xml.EnumerateRunes())
        {
            if (rune.IsAscii && rune.Value is not ('\r' or '\n'))
            {
                text.Append((char)rune.Value);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"&#x{rune.Value:X};");
            }
        }

        return text.ToString();
    }
}
