using System.Diagnostics.CodeAnalysis;

namespace Dapr.Actors.Communication;

/// <summary>The headers of an answer to a typed call.</summary>
public interface IActorResponseMessageHeader
{
    /// <summary>Adds a header.</summary>
    void AddHeader(string headerName, byte[] headerValue);

    /// <summary>A header.</summary>
    bool TryGetHeaderValue(string headerName, [NotNullWhen(true)] out byte[]? headerValue);

    /// <summary>True when there are none.</summary>
    bool CheckIfItsEmpty();
}
