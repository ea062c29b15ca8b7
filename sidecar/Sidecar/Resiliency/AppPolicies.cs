namespace Sidecar.Resiliency;

/// <summary>
/// The policies of an app's methods. Without a breaker one serves all; with one each method has its own, and of more than
/// <paramref name="limit"/> methods the one that was not called for longest is forgotten.
/// </summary>
internal sealed class AppPolicies(Func<Policy> build, int limit)
{
    private readonly Lock _gate = new();
    private readonly Policy _first = build();
    private readonly Dictionary<string, LinkedListNode<(string Method, Policy Policy)>> _methods = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Method, Policy Policy)> _lastUsedFirst = new();

    // The first of the list, for calls of one method in a row; they need no lock.
    private volatile LinkedListNode<(string Method, Policy Policy)>? _newest;

    public IPolicy For(string method)
    {
        if (!_first.HasBreaker)
        {
            return _first;
        }

        if (_newest is { } newest && newest.Value.Method == method)
        {
            return newest.Value.Policy;
        }

        lock (_gate)
        {
            if (_methods.TryGetValue(method, out var known))
            {
                if (_lastUsedFirst.First != known)
                {
                    _lastUsedFirst.Remove(known);
                    _lastUsedFirst.AddFirst(known);
                }

                _newest = known;
                return known.Value.Policy;
            }

            if (_methods.Count >= limit)
            {
                _methods.Remove(_lastUsedFirst.Last!.Value.Method);
                _lastUsedFirst.RemoveLast();
            }

            var policy = build();
            _newest = _methods[method] = _lastUsedFirst.AddFirst((method, policy));
            return policy;
        }
    }
}
