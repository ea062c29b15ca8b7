namespace Gateway;

/// <summary>What a client has paid for.</summary>
internal enum Tier
{
    /// <summary>Neither key nor token; counted per address.</summary>
    Anonymous,

    /// <summary>A token without a key, counted per user, or a key of this tier.</summary>
    Free,

    /// <summary>A key of this tier.</summary>
    Professional,

    /// <summary>A key of this tier.</summary>
    Enterprise,
}
