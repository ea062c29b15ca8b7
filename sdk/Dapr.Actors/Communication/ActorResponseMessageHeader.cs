using System.Diagnostics.CodeAnalysis;
using System.Runtime.Serialization;

namespace Dapr.Actors.Communication;

/// <inheritdoc cref="IActorResponseMessageHeader" />
[DataContract(Name = "ActorResponseMessageHeaders", Namespace = WireNames.Namespace)]
internal sealed class ActorResponseMessageHeader : IActorResponseMessageHeader
{
    [DataMember(Name = "Headers", IsRequired = true, Order = 2)]
    private readonly Dictionary<string, byte[]> headers = [];

    public void AddHeader(string headerName, byte[] headerValue) => headers.Add(headerName, headerValue);

    public bool TryGetHeaderValue(string headerName, [NotNullWhen(true)] out byte[]? headerValue) => headers.TryGetValue(headerName, out headerValue);

    public bool CheckIfItsEmpty() => headers.Count == 0;
}
