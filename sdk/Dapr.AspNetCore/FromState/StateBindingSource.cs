using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Dapr.AspNetCore;

/// <summary>Says which store and route value a parameter is read by.</summary>
internal sealed class StateBindingSource(string storeName, string? key) : BindingSource("state", "Dapr state", isGreedy: true, isFromRequest: false)
{
    public string StoreName { get; } = storeName;

    public string? Key { get; } = key;
}
