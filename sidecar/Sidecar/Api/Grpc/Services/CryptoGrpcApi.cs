using System.IO.Pipelines;
using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Sidecar.Crypto;
using Sidecar.Crypto.Scheme;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Cryptography over gRPC: both directions are streams of numbered pieces; the first message carries the options.</summary>
internal sealed class CryptoGrpcApi(CryptoProviders providers, TimeProvider time) : IGrpcApi
{
    private static readonly TimeSpan FirstMessage = TimeSpan.FromSeconds(5);

    public IReadOnlyList<GrpcMethod> Methods => [DaprMethod.Duplex("EncryptAlpha1", EncryptAsync), DaprMethod.Duplex("DecryptAlpha1", DecryptAsync)];

    private async Task EncryptAsync(GrpcCall call)
    {
        var first = await FirstAsync<EncryptRequest>(call);
        var options = first.Options ?? throw Bad("first message does not contain the required options");
        if (options.KeyName.Length == 0)
        {
            throw Bad("missing property 'keyName' in the options message");
        }

        if (options.KeyWrapAlgorithm.Length == 0)
        {
            throw Bad("missing property 'keyWrapAlgorithm' in the options message");
        }

        var vault = Vault(options.ComponentName, call);
        var how = new EncryptionOptions(options.KeyName, options.KeyWrapAlgorithm)
        {
            Cipher = options.DataEncryptionCipher,
            OmitsKeyName = options.OmitDecryptionKeyName,
            DecryptionKeyName = options.DecryptionKeyName,
        };
        await RunAsync(
            call,
            first.Payload,
            async () => await call.TryReadAsync<EncryptRequest>() is { } next ? new Piece(next.Payload, next.Options is not null) : null,
            input => EncryptedDocument.EncryptAsync(input, how, vault, call.Cancellation),
            payload => call.WriteAsync(new EncryptResponse { Payload = payload }));
    }

    private async Task DecryptAsync(GrpcCall call)
    {
        var first = await FirstAsync<DecryptRequest>(call);
        var options = first.Options ?? throw Bad("first message does not contain the required options");
        var vault = Vault(options.ComponentName, call);
        await RunAsync(
            call,
            first.Payload,
            async () => await call.TryReadAsync<DecryptRequest>() is { } next ? new Piece(next.Payload, next.Options is not null) : null,
            input => EncryptedDocument.DecryptAsync(input, options.KeyName, vault, call.Cancellation),
            payload => call.WriteAsync(new DecryptResponse { Payload = payload }));
    }

    private async Task<T> FirstAsync<T>(GrpcCall call)
        where T : class, IMessage<T>, new()
    {
        try
        {
            return await call.TryReadAsync<T>().WaitAsync(FirstMessage, time, call.Cancellation) ?? throw Failed("error receiving the first message: EOF");
        }
        catch (TimeoutException)
        {
            throw Bad("error waiting for first message: context deadline exceeded");
        }
    }

    private KeyVault Vault(string component, GrpcCall call)
    {
        if (CryptoErrors.Check(providers, component) is { } error)
        {
            throw GrpcErrors.Plain(error, error.Status == 400 ? GrpcCode.InvalidArgument : GrpcCode.Internal);
        }

        return providers.Vault(component, call.Cancellation);
    }

    private static async Task RunAsync(
        GrpcCall call, StreamPayload? first, Func<Task<Piece?>> read, Func<PipeReader, IAsyncEnumerable<ReadOnlyMemory<byte>>> transform, Func<StreamPayload, Task> write)
    {
        var pipe = new Pipe();
        var feeding = FeedAsync(pipe.Writer, first, read, call.Cancellation);
        try
        {
            ulong number = 0;
            await foreach (var piece in transform(pipe.Reader))
            {
                await write(new StreamPayload { Data = UnsafeByteOperations.UnsafeWrap(piece), Seq = number++ });
            }
        }
        catch (CryptoException exception)
        {
            throw Failed(exception.Message);
        }
        finally
        {
            // Who feeds stops at the next piece; the request is not read by two.
            await pipe.Reader.CompleteAsync();
        }

        await feeding;
    }

    // Whatever is wrong with the client's stream, its reset after a failed answer too, reaches the reader as the end of its input with that error.
    private static async Task FeedAsync(PipeWriter writer, StreamPayload? first, Func<Task<Piece?>> read, CancellationToken cancellationToken)
    {
        Exception? problem = null;
        try
        {
            ulong expected = 0;
            for (Piece? piece = new Piece(first, HasOptions: false); piece is not null; piece = await read())
            {
                if (piece.HasOptions)
                {
                    throw new CryptoException("options found in non-leading message");
                }

                if (piece.Payload is { } payload)
                {
                    var flushed = await writer.WriteAsync(payload.Data.Memory, cancellationToken);
                    if (payload.Seq != expected)
                    {
                        throw new CryptoException($"invalid sequence number received: {payload.Seq} (expected: {expected})");
                    }

                    expected++;
                    if (flushed.IsCompleted)
                    {
                        break;
                    }
                }
            }
        }
        catch (Exception exception)
        {
            problem = exception is GrpcException ? new CryptoException($"error receiving message: {exception.Message}") : exception;
        }

        await writer.CompleteAsync(problem);
    }

    private static GrpcException Bad(string problem) => GrpcErrors.Plain(CryptoErrors.BadRequest(problem), GrpcCode.InvalidArgument);

    private static GrpcException Failed(string problem) => GrpcErrors.Plain(CryptoErrors.Failed(problem), GrpcCode.Internal);

    private sealed record Piece(StreamPayload? Payload, bool HasOptions);
}
