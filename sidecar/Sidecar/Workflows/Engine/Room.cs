using System.Threading.Channels;

namespace Sidecar.Workflows.Engine;

/// <summary>Places of which each is taken by one at a time. Whoever waits goes on where it waited, which a semaphore does not promise.</summary>
internal sealed class Room
{
    private readonly Channel<bool> _free = Channel.CreateUnbounded<bool>();

    public Room(int places) => Release(places);

    public ValueTask<bool> TakeAsync(CancellationToken cancellation) => _free.Reader.ReadAsync(cancellation);

    public bool TryTake() => _free.Reader.TryRead(out _);

    public void Release(int places = 1)
    {
        for (var i = 0; i < places; i++)
        {
            _free.Writer.TryWrite(true);
        }
    }
}
