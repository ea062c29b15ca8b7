using System.Buffers;

namespace Sidecar.Telemetry;

/// <summary>
/// Finished spans in the form they are sent in. Invariant: no more than <see cref="MaxBytes"/> wait, whatever the collector does. They are kept as
/// bytes, because objects that wait for a collector outlive the collections that would take them for nothing.
/// </summary>
internal sealed class SpanBatches(ISpanFormat format, string service)
{
    private const int MaxBytes = 1024 * 1024;
    private const int FullBytes = 128 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    private readonly Lock _gate = new();
    private ArrayBufferWriter<byte> _filling = new();
    private ArrayBufferWriter<byte> _other = new();
    private TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    /// <summary>Completes when something waits.</summary>
    public Task Arrived
    {
        get
        {
            lock (_gate)
            {
                return _arrived.Task;
            }
        }
    }

    /// <summary>Completes when so much waits that it should be sent at once.</summary>
    public Task Full
    {
        get
        {
            lock (_gate)
            {
                return _full.Task;
            }
        }
    }

    /// <summary>Adds a span; false when there is no room.</summary>
    public bool TryAdd(Span span)
    {
        var bytes = _scratch ??= new ArrayBufferWriter<byte>(2048);
        bytes.ResetWrittenCount();
        format.Write(span, service, bytes);
        lock (_gate)
        {
            if (_filling.WrittenCount + bytes.WrittenCount > MaxBytes)
            {
                return false;
            }

            _filling.Write(_count == 0 ? format.Opening : format.Separator);
            _filling.Write(bytes.WrittenSpan);
            if (++_count == 1)
            {
                _arrived.TrySetResult();
            }

            if (_filling.WrittenCount >= FullBytes)
            {
                _full.TrySetResult();
            }
        }

        return true;
    }

    /// <summary>Takes what waits, complete and with its number of spans; it is valid until the next call.</summary>
    public (ReadOnlyMemory<byte> Bytes, int Count) Take()
    {
        lock (_gate)
        {
            if (_count == 0)
            {
                return default;
            }

            _filling.Write(format.Closing);
            var taken = (_filling.WrittenMemory, _count);
            (_filling, _other) = (_other, _filling);
            _filling.ResetWrittenCount();
            _count = 0;
            _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_full.Task.IsCompleted)
            {
                _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return taken;
        }
    }
}
