using System.Net.Http.Headers;
using System.Text.Json;
using Dapr.Common;

namespace Dapr.Client;

/// <summary>
/// The API of a Dapr sidecar for an application. Create one with <see cref="DaprClientBuilder"/> or AddDaprClient and share it.
/// A failed call throws <see cref="DaprException"/> (with the sidecar's code in an inner <see cref="DaprApiException"/>).
/// </summary>
public abstract partial class DaprClient : IDisposable
{
    private bool disposed;

    /// <summary>JSON settings of payloads.</summary>
    public abstract JsonSerializerOptions JsonSerializerOptions { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            Dispose(disposing: true);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the client holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>The user agent of this SDK.</summary>
    protected static ProductInfoHeaderValue UserAgent() => DaprHeaders.UserAgent(typeof(DaprClient).Assembly);
}
