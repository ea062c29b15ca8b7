using System.Collections.Concurrent;
using System.Runtime.Serialization;
using System.Xml;

namespace Dapr.Actors.Communication;

/// <summary>Bodies as binary XML of data contracts: the default. An actor in a message is sent as its reference.</summary>
internal sealed class DataContractMessageSerializer : IActorMessageSerializer
{
    private readonly ConcurrentDictionary<Type, DataContractSerializer> serializers = new();

    internal static DataContractMessageSerializer Instance { get; } = new();

    public byte[] Serialize(WrappedMessage body)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlDictionaryWriter.CreateBinaryWriter(stream, dictionary: null, session: null, ownsStream: false))
        {
            For(body.Value?.GetType() ?? typeof(object)).WriteObject(writer, body);
        }

        return stream.ToArray();
    }

    public WrappedMessageBody? Deserialize(ReadOnlyMemory<byte> bytes, Type messageType)
    {
        if (bytes.IsEmpty)
        {
            return null;
        }

        using var reader = XmlDictionaryReader.CreateBinaryReader(bytes.ToArray(), XmlDictionaryReaderQuotas.Max);
        return (WrappedMessageBody?)For(messageType).ReadObject(reader);
    }

    private DataContractSerializer For(Type messageType) => serializers.GetOrAdd(messageType, static type =>
    {
        var serializer = new DataContractSerializer(typeof(WrappedMessageBody), [typeof(ActorReference), type]);
        serializer.SetSerializationSurrogateProvider(new ReferenceSurrogate());
        return serializer;
    });

    private sealed class ReferenceSurrogate : ISerializationSurrogateProvider
    {
        public Type GetSurrogateType(Type type) => typeof(IActor).IsAssignableFrom(type) ? typeof(ActorReference) : type;

        public object GetObjectToSerialize(object obj, Type targetType) => obj is IActor ? ActorReference.Get(obj)! : obj;

        public object GetDeserializedObject(object obj, Type targetType) =>
            obj is ActorReference reference && typeof(IActor).IsAssignableFrom(targetType) ? reference.Bind(targetType) : obj;
    }
}
