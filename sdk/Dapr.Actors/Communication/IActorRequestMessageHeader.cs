using System.Diagnostics.CodeAnalysis;

namespace Dapr.Actors.Communication;

/// <summary>Which method of which actor a typed call is for.</summary>
public interface IActorRequestMessageHeader
{
    /// <summary>The method's id within its interface.</summary>
    int MethodId { get; set; }

    /// <summary>The interface's id.</summary>
    int InterfaceId { get; set; }

    /// <summary>An id of the call, if it has one.</summary>
    string? InvocationId { get; set; }

    /// <summary>The method's name.</summary>
    string? MethodName { get; set; }

    /// <summary>The actor.</summary>
    ActorId? ActorId { get; set; }

    /// <summary>The actor's type.</summary>
    string? ActorType { get; set; }

    /// <summary>An id of the logical call.</summary>
    string? CallContext { get; set; }

    /// <summary>Adds a header of the application's own.</summary>
    void AddHeader(string headerName, byte[] headerValue);

    /// <summary>A header of the application's own.</summary>
    bool TryGetHeaderValue(string headerName, [NotNullWhen(true)] out byte[]? headerValue);
}
