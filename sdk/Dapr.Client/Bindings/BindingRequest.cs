namespace Dapr.Client;

/// <summary>A call of an output binding.</summary>
public sealed class BindingRequest
{
    /// <summary>Names the binding component and the operation to run.</summary>
    public BindingRequest(string bindingName, string operation)
    {
        ArgumentException.ThrowIfNullOrEmpty(bindingName);
        ArgumentException.ThrowIfNullOrEmpty(operation);
        BindingName = bindingName;
        Operation = operation;
    }

    /// <summary>The binding component.</summary>
    public string BindingName { get; }

    /// <summary>The operation to run.</summary>
    public string Operation { get; }

    /// <summary>The payload; empty sends none.</summary>
    public ReadOnlyMemory<byte> Data { get; set; }

    /// <summary>Metadata of the call.</summary>
    public Dictionary<string, string> Metadata { get; } = [];
}
