namespace Sidecar.Workflows.Engine;

/// <summary>The addresses of one app that are being served, and whether the store has to be searched for more. Used under the gate of its <see cref="OutgoingMail"/>.</summary>
internal sealed class MailRoute
{
    // By address: something was posted since its messages were read.
    private readonly Dictionary<string, bool> _served = new(StringComparer.Ordinal);
    private bool _isSearching;
    private bool _isMore;

    public int Count => _served.Count;

    /// <summary>Nothing is to be done.</summary>
    public bool IsEmpty => _served.Count == 0 && !_isSearching;

    /// <summary>Whether an address is being served; <paramref name="again"/>: something was posted for it.</summary>
    public bool IsServed(string address, bool again)
    {
        if (!_served.TryGetValue(address, out var isPosted))
        {
            return false;
        }

        _served[address] = isPosted || again;
        return true;
    }

    /// <summary>An address is served from now on.</summary>
    public void Begin(string address) => _served.Add(address, false);

    /// <summary>What was read has been sent; false when something was posted since.</summary>
    public bool End(string address)
    {
        if (_served[address])
        {
            _served[address] = false;
            return false;
        }

        return _served.Remove(address);
    }

    /// <summary>The store may have messages of addresses that are not served; true when nobody searches for them yet.</summary>
    public bool Search()
    {
        _isMore = true;
        return !_isSearching && (_isSearching = true);
    }

    /// <summary>What is in the store from now on may be missed.</summary>
    public void SearchBegins() => _isMore = false;

    /// <summary>All that was in the store has been found; false when there may be more since.</summary>
    public bool SearchEnds() => !(_isSearching = _isMore);
}
