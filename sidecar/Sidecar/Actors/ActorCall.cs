using System.Net;

namespace Sidecar.Actors;

/// <summary>A call of an actor's method, its body whole so that a policy may repeat it.</summary>
/// <param name="Method">The method, not encoded.</param>
/// <param name="Query">The query with its question mark, or empty.</param>
/// <param name="Body">The body.</param>
/// <param name="Prepare">Copies the caller's headers to the request for the app.</param>
/// <param name="ReentrancyId">The chain of calls that it belongs to, as the caller says; null = a new one.</param>
internal sealed record ActorCall(string Type, string Id, string Method, string Query, ReadOnlyMemory<byte> Body, Action<HttpRequestMessage> Prepare, string? ReentrancyId)
{
    /// <summary>A timer or reminder comes due.</summary>
    public bool IsCallback { get; init; }

    /// <summary>Asked when the actor's turn has come; null = yes.</summary>
    public Func<bool>? IsWanted { get; init; }
}

/// <summary>What the app answered, body read.</summary>
/// <param name="Failed">The app says by a header that the actor threw; status and body are the app's nevertheless.</param>
internal sealed record ActorAnswer(HttpStatusCode Status, HttpResponseMessage Response, ReadOnlyMemory<byte> Body, bool Failed = false);

/// <summary>A call of an actor that failed, in daprd's words.</summary>
/// <param name="Message">Why.</param>
/// <param name="Permanent">Repeating does not help.</param>
/// <param name="Kind">What went wrong.</param>
internal sealed record ActorFailure(string Message, bool Permanent = false, ActorFailureKind Kind = ActorFailureKind.Error);

/// <summary>The kinds that are told apart.</summary>
internal enum ActorFailureKind
{
    /// <summary>Any other.</summary>
    Error,

    /// <summary>No app of the run hosts the type at present.</summary>
    NoHost,

    /// <summary>The app could not be reached.</summary>
    Unreachable,

    /// <summary>The chain of calls is too deep.</summary>
    StackDepth,

    /// <summary>The actor left the host before the call began; it is to be looked up again.</summary>
    Moved,

    /// <summary>The app asks that the reminder or timer end.</summary>
    Cancelled,
}

/// <summary>The outcome of one attempt: an answer or a failure.</summary>
internal sealed record ActorResult(ActorAnswer? Answer, ActorFailure? Failure = null)
{
    public static ActorResult Of(ActorFailure failure) => new(null, failure);
}
