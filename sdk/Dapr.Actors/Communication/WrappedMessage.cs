using System.Runtime.Serialization;
using Dapr.Actors;

/// <summary>A message whose value holds the arguments or the result of a method as fields.</summary>
[DataContract(Name = "msgBodywrapped", Namespace = WireNames.Namespace)]
#pragma warning disable CA1050, MA0047 // The official packages have this type outside any namespace.
public abstract class WrappedMessage
#pragma warning restore CA1050, MA0047
{
    /// <summary>An instance of the type made for the method.</summary>
    [DataMember(Name = "value", IsRequired = true, Order = 1)]
    public object? Value { get; set; }
}
