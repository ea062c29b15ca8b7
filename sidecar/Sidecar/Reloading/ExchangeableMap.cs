using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Sidecar.Reloading;

/// <summary>A map whose whole content is exchanged in one step: a reader sees the content before or after.</summary>
internal class ExchangeableMap<T>(IReadOnlyDictionary<string, T> first) : IReadOnlyDictionary<string, T>
{
    private volatile IReadOnlyDictionary<string, T> _current = first;

    public IEnumerable<string> Keys => _current.Keys;

    public IEnumerable<T> Values => _current.Values;

    public int Count => _current.Count;

    public T this[string key] => _current[key];

    /// <summary>Exchanges the content.</summary>
    public void Exchange(IReadOnlyDictionary<string, T> next) => _current = next;

    public bool ContainsKey(string key) => _current.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _current.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => _current.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
