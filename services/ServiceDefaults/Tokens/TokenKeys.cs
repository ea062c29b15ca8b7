using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults;

/// <summary>
/// The keys that tokens are verified with. Kept 5 minutes; an unknown key id asks again, at most once in 10 seconds, so that
/// forged ids cannot flood Users. When Users is away, the keys known so far go on being used.
/// </summary>
internal sealed partial class TokenKeys(IJwksSource source, TimeProvider clock, ILogger<TokenKeys> logger) : IDisposable
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MinRefetch = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _single = new(1, 1);
    private Dictionary<string, ECDsa> _keys = new(StringComparer.Ordinal);
    private DateTimeOffset _fetched = DateTimeOffset.MinValue;
    private DateTimeOffset _tried = DateTimeOffset.MinValue;

    /// <summary>The key; null when there is none of that id. Available is false when the keys were never to be had.</summary>
    public async ValueTask<(ECDsa? Key, bool Available)> FindAsync(string kid, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (now - _fetched < MaxAge && _keys.TryGetValue(kid, out var known))
        {
            return (known, true);
        }

        await _single.WaitAsync(ct);
        try
        {
            if (IsDue(kid))
            {
                await FetchAsync(ct);
            }
        }
        finally
        {
            _single.Release();
        }

        return (_keys.GetValueOrDefault(kid), _fetched != DateTimeOffset.MinValue);
    }

    public void Dispose() => _single.Dispose();

    private bool IsDue(string kid)
    {
        var now = clock.GetUtcNow();
        var never = _fetched == DateTimeOffset.MinValue;
        var wanted = never || now - _fetched >= MaxAge || !_keys.ContainsKey(kid);
        return wanted && (never || now - _tried >= MinRefetch);
    }

    private async Task FetchAsync(CancellationToken ct)
    {
        _tried = clock.GetUtcNow();
        try
        {
            var published = await source.GetAsync(ct);
            var keys = new Dictionary<string, ECDsa>(StringComparer.Ordinal);
            foreach (var entry in published.Keys)
            {
                if (entry.ToKey() is { } key)
                {
                    keys[entry.Kid] = key;
                }
            }

            _keys = keys;
            _fetched = _tried;
        }
        catch (Exception exception) when (exception is TransientCallException or PermanentCallException)
        {
            Log.KeysUnavailable(logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(130, LogLevel.Warning, "The keys of tokens could not be fetched; those known so far are used")]
        public static partial void KeysUnavailable(ILogger logger, Exception exception);
    }
}
