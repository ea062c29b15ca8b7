using System.Net;

namespace Conformance.Grpc;

/// <summary>A request body that stays open and is written as one likes.</summary>
internal sealed class PushContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Writes once the request is under way.</summary>
    public async Task SendAsync(byte[] frame)
    {
        var stream = await _open.Task;
        await stream.WriteAsync(frame);
        await stream.FlushAsync();
    }

    /// <summary>Ends the body.</summary>
    public void Complete() => _done.TrySetResult();

    /// <inheritdoc />
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.FlushAsync();
        _open.TrySetResult(stream);
        await _done.Task;
    }

    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
