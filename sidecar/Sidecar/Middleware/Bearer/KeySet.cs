using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Sidecar.Middleware.Bearer;

/// <summary>
/// The keys of an issuer, read from its JWKS address. They are read again after <see cref="MaxAge"/>, and at once for a key nobody knows, at most once in
/// <see cref="MinPause"/>, so that neither new keys nor invented ones trouble the issuer. Keys that cannot be read again stay.
/// </summary>
internal sealed partial class KeySet(HttpMessageInvoker client, Uri address, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>As in Dapr.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan MinPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile Keys _keys = new([], 0);

    /// <summary>Reads the keys. Throws <see cref="HttpRequestException"/>, <see cref="IOException"/> or <see cref="JsonException"/>.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var document = await GetAsync(client, address, linked.Token);
        var keys = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("keys", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(VerificationKey.Read).OfType<VerificationKey>().ToList()
            : throw new JsonException("there is no array 'keys'");
        _keys = new Keys(keys, time.GetTimestamp());
    }

    /// <summary>The keys of an id; empty when the issuer has none.</summary>
    public async ValueTask<IReadOnlyList<VerificationKey>> FindAsync(string id, CancellationToken cancellationToken)
    {
        var known = _keys;
        var found = known.Of(id);
        if (time.GetElapsedTime(known.ReadAt) < (found.Count > 0 ? MaxAge : MinPause))
        {
            return found;
        }

        // A known key answers at once; only a key that nobody knows is worth waiting for.
        var refresh = RefreshAsync(known);
        if (found.Count > 0)
        {
            return found;
        }

        await refresh.WaitAsync(cancellationToken);
        return _keys.Of(id);
    }

    /// <inheritdoc />
    public void Dispose() => _gate.Dispose();

    /// <summary>Gets a JSON document. Throws <see cref="HttpRequestException"/>, <see cref="IOException"/> when it breaks off, or <see cref="JsonException"/>.</summary>
    public static async Task<JsonDocument> GetAsync(HttpMessageInvoker client, Uri address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        using var response = await client.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode
            ? await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken)
            : throw new HttpRequestException($"{address} answered {(int)response.StatusCode}");
    }

    private async Task RefreshAsync(Keys known)
    {
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            if (_keys == known)
            {
                await LoadAsync(CancellationToken.None);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            LogStale(address, exception.Message);
            _keys = known with { ReadAt = time.GetTimestamp() };
        }
        finally
        {
            _gate.Release();
        }
    }

    // Keys that are replaced may still verify; the collector takes them.
    private sealed record Keys(IReadOnlyList<VerificationKey> All, long ReadAt)
    {
        public IReadOnlyList<VerificationKey> Of(string id) => [.. All.Where(key => key.Id == id)];
    }

    [LoggerMessage(3710, LogLevel.Warning, "The keys at {Address} cannot be read again, those known stay: {Problem}")]
    private partial void LogStale(Uri address, string problem);
}
