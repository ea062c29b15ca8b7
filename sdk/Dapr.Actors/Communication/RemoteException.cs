using System.Diagnostics;
using System.Runtime.Serialization;
using System.Text;
using System.Xml;

namespace Dapr.Actors.Communication;

/// <summary>What a typed call's method threw, in the header and body of its answer.</summary>
[DataContract(Name = "ActorInvokeExceptionData", Namespace = WireNames.Namespace)]
internal sealed class RemoteException
{
    private const string Mark = "HasRemoteException";
    private const string DetailsHeader = "RemoteMethodException";
    private static readonly DataContractSerializer Serializer = new(typeof(RemoteException));

    [DataMember]
    public string? Type { get; set; }

    [DataMember]
    public string? Message { get; set; }

    /// <summary>The header and the body that tell an exception.</summary>
    internal static (string Header, byte[] Body) Write(Exception exception)
    {
        var header = new ActorResponseMessageHeader();
        header.AddHeader(Mark, []);
        header.AddHeader(DetailsHeader, Encoding.UTF8.GetBytes(Details(exception)));
        using var stream = new MemoryStream();
        using (var writer = XmlDictionaryWriter.CreateBinaryWriter(stream, dictionary: null, session: null, ownsStream: false))
        {
            Serializer.WriteObject(writer, new RemoteException { Type = exception.GetType().FullName, Message = exception.Message });
        }

        return (HeaderText.Write(header), stream.ToArray());
    }

    /// <summary>The exception that the caller of the proxy gets.</summary>
    internal static Exception Read(string header, ReadOnlyMemory<byte> body)
    {
        try
        {
            var details = HeaderText.ReadResponse(header).TryGetHeaderValue(DetailsHeader, out var bytes) ? Encoding.UTF8.GetString(bytes) : "";
            using var reader = XmlDictionaryReader.CreateBinaryReader(body.ToArray(), XmlDictionaryReaderQuotas.Max);
            var data = (RemoteException)Serializer.ReadObject(reader)!;
            return new ActorMethodInvocationException(
                $"Remote Actor Method Exception,  DETAILS: {details}", new ActorInvokeException(data.Type ?? "", data.Message ?? ""), isTransient: false);
        }
        catch (Exception exception) when (exception is SerializationException or XmlException or FormatException)
        {
            return new ActorInvokeException(exception.GetType().FullName!, $"Failed to deserialize and get remote exception  {exception.Message}");
        }
    }

    private static string Details(Exception exception)
    {
        var frame = new StackTrace(exception, fNeedFileInfo: true).GetFrame(0);
        return $"Exception: {exception.GetType().Name}, Method Name: {MethodName(frame)}, Line Number: {frame?.GetFileLineNumber() ?? 0}";
    }

    // An async method runs as MoveNext of a type whose name holds its own: Outer+<Method>d__1.
    private static string MethodName(StackFrame? frame)
    {
        if (frame is null || DiagnosticMethodInfo.Create(frame) is not { } method)
        {
            return "";
        }

        var type = method.DeclaringTypeName ?? "";
        var start = type.LastIndexOf('<') + 1;
        var end = type.LastIndexOf('>');
        return method.Name == "MoveNext" && start > 0 && end > start ? type[start..end] : method.Name;
    }
}
