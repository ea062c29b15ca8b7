using Dapr.Common.Serialization;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>Results and events as they come out of a history.</summary>
internal static class SerializedResults
{
    /// <summary>Completes what the workflow waits for.</summary>
    public static void Deliver<T>(this IDaprSerializer serializer, TaskCompletionSource<T> source, string? text)
    {
        T value;
        try
        {
            value = serializer.Deserialize<T>(text)!;
        }
#pragma warning disable CA1031 // whatever the serializer throws belongs to the workflow that waits
        catch (Exception exception)
#pragma warning restore CA1031
        {
            source.TrySetException(exception);
            return;
        }

        source.TrySetResult(value);
    }
}
