using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Runtime;

/// <summary>The state of the actors of one type, kept by the sidecar as JSON.</summary>
internal sealed class ActorStateStore(ActorSidecar sidecar, JsonSerializerOptions options, TimeProvider time)
{
    /// <summary>A value; none when it is not there or expired.</summary>
    public async Task<ConditionalValue<ActorStateResponse<T>>> TryLoadAsync<T>(string type, string id, string name, CancellationToken cancellationToken)
    {
        var stored = await sidecar.GetStateAsync(type, id, name, cancellationToken);
        return IsThere(stored)
            ? new ConditionalValue<ActorStateResponse<T>>(true, new ActorStateResponse<T>(JsonSerializer.Deserialize<T>(stored.Value.Span, options)!, stored.TTLExpireTime))
            : default;
    }

    /// <summary>Whether a value is there.</summary>
    public async Task<bool> ContainsAsync(string type, string id, string name, CancellationToken cancellationToken) =>
        IsThere(await sidecar.GetStateAsync(type, id, name, cancellationToken));

    /// <summary>Makes all changes, or none.</summary>
    public Task SaveAsync(string type, string id, IReadOnlyCollection<ActorStateChange> changes, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var change in changes)
            {
                Write(writer, change);
            }

            writer.WriteEndArray();
        }

        return sidecar.SaveStateAsync(type, id, buffer.WrittenSpan.ToArray(), cancellationToken);
    }

    private void Write(Utf8JsonWriter writer, ActorStateChange change)
    {
        writer.WriteStartObject();
        writer.WriteString("operation", change.ChangeKind == StateChangeKind.Remove ? "delete" : "upsert");
        writer.WriteStartObject("request");
        writer.WriteString("key", change.StateName);
        if (change.ChangeKind != StateChangeKind.Remove)
        {
            writer.WritePropertyName("value");
            JsonSerializer.Serialize(writer, change.Value, change.Type, options);
            if (change.TTLExpireTime is { } expires)
            {
                // A value that expired meanwhile goes at once; zero would keep it for ever.
                var seconds = Math.Max(1, (int)Math.Ceiling((expires - time.GetUtcNow()).TotalSeconds));
                writer.WriteStartObject("metadata");
                writer.WriteString("ttlInSeconds", seconds.ToString(CultureInfo.InvariantCulture));
                writer.WriteEndObject();
            }
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private bool IsThere(ActorStateResponse<ReadOnlyMemory<byte>> stored) => !stored.Value.IsEmpty && !(stored.TTLExpireTime <= time.GetUtcNow());
}
