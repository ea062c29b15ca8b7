namespace Sidecar.Workflows.Engine;

/// <summary>The addresses of one app that are being served, and whether the store has to be searched for more. Used under the gate of its <see cref="OutgoingMail"/>.</summary>
internal sealed class MailRoute(int places)
{
    private readonly Room _places = new(places);

    // By address: something was posted since its messages were read.
    private readonly Dictionary<string, bool> _served = new(StringComparer.Ordinal);
    private bool _isSearching;
    private bool _isMore;

    public int Count => _served.Count;

    /// <summary>Nothing is to be done.</summary>
    public bool IsEmpty => _served.Count == 0 && !_isSearching;

    /// <summary>Something was posted for an address; false when it is not being served.</summary>
    public bool TryPost(string address)
    {
        if (!_served.ContainsKey(address))
        {
            return false;
        }

        return _served[address] = true;
    }

    /// <summary>A place for an address, which is waited for. Not under the gate.</summary>
    public ValueTask<bool> TakePlaceAsync(CancellationToken cancellation) => _places.TakeAsync(cancellation);

    /// <summary>A place for an address; false when all are taken.</summary>
    public bool TryTakePlace() => _places.TryTake();

    /// <summary>An address is served from now on, in the place that was taken for it; false, and the place is free again, when it is already.</summary>
    public bool TryBegin(string address)
    {
        if (_served.TryAdd(address, false))
        {
            return true;
        }

        _places.Release();
        return false;
    }

    /// <summary>What was read has been sent, and the place is free; false when something was posted since.</summary>
    public bool End(string address)
    {
        if (_served[address])
        {
            _served[address] = false;
            return false;
        }

        _places.Release();
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
