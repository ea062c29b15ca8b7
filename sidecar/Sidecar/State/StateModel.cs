namespace Sidecar.State;

/// <summary>A stored value.</summary>
/// <param name="Data">The value as stored: JSON for what came over HTTP, any bytes for what came over gRPC.</param>
/// <param name="ETag">The version of the value; null for a value that was not written by a sidecar.</param>
/// <param name="Expires">When it expires, if the store tells.</param>
internal sealed record StateItem(ReadOnlyMemory<byte> Data, string? ETag, DateTimeOffset? Expires = null)
{
    /// <summary>Why this one of several keys could not be read; null = it was.</summary>
    public string? Problem { get; init; }

    /// <summary>The metadata that Dapr's APIs return beside the value.</summary>
    public IReadOnlyDictionary<string, string> Metadata => Expires is { } time
        ? new Dictionary<string, string>(StringComparer.Ordinal) { ["ttlExpireTime"] = time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ") }
        : [];
}

/// <summary>A change of one key. <paramref name="Key"/> is the stored key, prefix included.</summary>
/// <param name="ETag">The expected version; null or empty = none given.</param>
/// <param name="Concurrency"><c>first-write</c>, <c>last-write</c> or empty.</param>
/// <param name="Consistency"><c>strong</c>, <c>eventual</c> or empty.</param>
/// <param name="Metadata">The metadata of the request, e.g. <c>ttlInSeconds</c>.</param>
internal abstract record StateOperation(string Key, string? ETag, string Concurrency, string Consistency, IReadOnlyDictionary<string, string> Metadata)
{
    public bool HasETag => !string.IsNullOrEmpty(ETag);

    public bool FirstWrite => Concurrency == "first-write";

    /// <summary>Refuses words that Dapr does not know.</summary>
    public StateFailure? CheckOptions()
    {
        if (Consistency is not ("" or "strong" or "eventual"))
        {
            return StateFailure.Refused($"unrecognized consistency model '{Consistency}'");
        }

        return Concurrency is "" or "first-write" or "last-write" ? null : StateFailure.Refused($"unrecognized concurrency model '{Concurrency}'");
    }
}

/// <summary>Writes a value. <paramref name="Binary"/>: the bytes are not JSON.</summary>
internal sealed record SetOperation(string Key, ReadOnlyMemory<byte> Value, bool Binary, string? ETag, string Concurrency, string Consistency, IReadOnlyDictionary<string, string> Metadata)
    : StateOperation(Key, ETag, Concurrency, Consistency, Metadata)
{
    /// <summary>The content type that the request names; null = none.</summary>
    public string? ContentType { get; init; }
}

/// <summary>Removes a value.</summary>
internal sealed record DeleteOperation(string Key, string? ETag, string Concurrency, string Consistency, IReadOnlyDictionary<string, string> Metadata)
    : StateOperation(Key, ETag, Concurrency, Consistency, Metadata);

/// <summary>Why a store did not make a change.</summary>
internal enum StateFailureKind
{
    /// <summary>The value has another version than expected.</summary>
    ETagMismatch,

    /// <summary>The given version is none of this store's.</summary>
    ETagInvalid,

    /// <summary>The request cannot be carried out as it is.</summary>
    Refused,

    /// <summary>The outbox could not publish, so that nothing was changed.</summary>
    NotPublished,
}

/// <summary>An expected failure of a change, with daprd's words.</summary>
internal sealed record StateFailure(StateFailureKind Kind, string Message)
{
    public const string MismatchPrefix = "possible etag mismatch. error from state store";

    public static StateFailure Refused(string message) => new(StateFailureKind.Refused, message);

    public static StateFailure Mismatch(string? detail = null) => new(StateFailureKind.ETagMismatch, detail is null ? MismatchPrefix : $"{MismatchPrefix}: {detail}");

    public static StateFailure Invalid(string detail) => new(StateFailureKind.ETagInvalid, $"invalid etag value: {detail}");
}
