using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Invocation;

/// <summary>
/// A request body that may be sent again, in memory of the pool. Invariant: the memory goes back once its owner and everyone who still sends
/// it are done, whoever is last: an app may answer before it has read all, and what is then still sent must not be another call's bytes.
/// </summary>
internal sealed class KeptBody : IDisposable
{
    private const int FirstBuffer = 16 * 1024;
    private const int MaxFirstBuffer = 1024 * 1024;
    private byte[] _bytes;
    private int _length;
    private int _users = 1;

    private KeptBody(int size) => _bytes = ArrayPool<byte>.Shared.Rent(size);

    /// <summary>Reads a body whole; the sidecar's limit on bodies bounds it.</summary>
    public static async ValueTask<KeptBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var kept = new KeptBody((int)Math.Clamp((request.ContentLength ?? FirstBuffer) + 1, 1, MaxFirstBuffer));
        try
        {
            while (await request.Body.ReadAsync(kept._bytes.AsMemory(kept._length), cancellationToken) is var read and > 0)
            {
                kept._length += read;
                kept.MakeRoom();
            }

            return kept;
        }
        catch
        {
            kept.Dispose();
            throw;
        }
    }

    /// <summary>The content for one attempt.</summary>
    public HttpContent ToContent() => new Content(this);

    /// <inheritdoc />
    public void Dispose() => Leave();

    private void MakeRoom()
    {
        if (_length < _bytes.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
        _bytes.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }

    private void Enter()
    {
        int users;
        do
        {
            users = Volatile.Read(ref _users);
            ObjectDisposedException.ThrowIf(users == 0, this);
        }
        while (Interlocked.CompareExchange(ref _users, users + 1, users) != users);
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }

    private sealed class Content(KeptBody body) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            body.Enter();
            try
            {
                await stream.WriteAsync(body._bytes.AsMemory(0, body._length), cancellationToken);
            }
            finally
            {
                body.Leave();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body._length;
            return true;
        }
    }
}
