using Dapr.AspNetCore;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Microsoft.AspNetCore.Mvc;

/// <summary>Reads a parameter from a state store; its key is a value of the route.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public class FromStateAttribute : Attribute, IBindingSourceMetadata
{
    /// <summary>Takes the key from the route value with the parameter's name.</summary>
    public FromStateAttribute(string storeName)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        StoreName = storeName;
    }

    /// <summary>Takes the key from a named route value.</summary>
    public FromStateAttribute(string storeName, string key)
        : this(storeName)
    {
        Key = key;
    }

    /// <summary>The state store.</summary>
    public string StoreName { get; }

    /// <summary>The name of the route value; null takes the parameter's name.</summary>
    public string? Key { get; }

    /// <inheritdoc />
    public BindingSource BindingSource => new StateBindingSource(StoreName, Key);
}
