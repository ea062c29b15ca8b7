using System.Runtime.Serialization;
using System.Text.Json.Serialization;
using Dapr.Actors.Serialization;

namespace Dapr.Actors;

/// <summary>The id of an actor within its type. Compared without case; in JSON a plain string.</summary>
[JsonConverter(typeof(ActorIdJsonConverter))]
[DataContract(Name = "ActorId")]
public class ActorId
{
    [DataMember(Name = "ActorId", Order = 0, IsRequired = true)]
    private readonly string stringId;

    /// <summary>Names an actor.</summary>
    /// <exception cref="ArgumentException">The id is blank.</exception>
    public ActorId(string id)
    {
        if (string.IsNullOrWhiteSpace(id))
        {
            throw new ArgumentException("The value cannot be null, empty or white spaces.", nameof(id));
        }

        stringId = id;
    }

    public static bool operator ==(ActorId? id1, ActorId? id2) => id1 is null ? id2 is null : id1.Equals(id2);

    public static bool operator !=(ActorId? id1, ActorId? id2) => !(id1 == id2);

    /// <summary>A new id that no other actor has.</summary>
    public static ActorId CreateRandom() => new(Guid.NewGuid().ToString());

    /// <summary>The id as text.</summary>
    public string GetId() => stringId;

    /// <inheritdoc />
    public override string ToString() => stringId;

    /// <inheritdoc />
    public override int GetHashCode() => stringId.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is ActorId other && Equals(other);

    /// <summary>Whether both name the same actor, but for case.</summary>
    public bool Equals(ActorId? other) => other is not null && string.Equals(stringId, other.stringId, StringComparison.OrdinalIgnoreCase);

    /// <summary>Orders ids without case; null comes first.</summary>
    public int CompareTo(ActorId? other) => string.Compare(stringId, other?.stringId, StringComparison.OrdinalIgnoreCase);
}
