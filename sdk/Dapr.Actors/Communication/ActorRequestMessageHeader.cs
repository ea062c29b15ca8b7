using System.Diagnostics.CodeAnalysis;
using System.Runtime.Serialization;

namespace Dapr.Actors.Communication;

/// <inheritdoc cref="IActorRequestMessageHeader" />
[DataContract(Name = "ActorHeader", Namespace = WireNames.Namespace)]
internal sealed class ActorRequestMessageHeader : IActorRequestMessageHeader
{
    [DataMember(Name = "Headers", IsRequired = true, Order = 5)]
    private readonly Dictionary<string, byte[]> headers = [];

    [DataMember(IsRequired = true, Order = 0)]
    public int MethodId { get; set; }

    [DataMember(IsRequired = true, Order = 1)]
    public int InterfaceId { get; set; }

    [DataMember(IsRequired = false, Order = 2, EmitDefaultValue = false)]
    public string? InvocationId { get; set; }

    [DataMember(IsRequired = false, Order = 3)]
    public ActorId? ActorId { get; set; }

    [DataMember(IsRequired = false, Order = 4)]
    public string? CallContext { get; set; }

    [DataMember(IsRequired = false, Order = 6)]
    public string? MethodName { get; set; }

    [DataMember(IsRequired = false, Order = 7)]
    public string? ActorType { get; set; }

    public void AddHeader(string headerName, byte[] headerValue) => headers.Add(headerName, headerValue);

    public bool TryGetHeaderValue(string headerName, [NotNullWhen(true)] out byte[]? headerValue) => headers.TryGetValue(headerName, out headerValue);
}
