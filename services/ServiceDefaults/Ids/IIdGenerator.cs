namespace ServiceDefaults;

/// <summary>Source of new identifiers: UUID version 7, so that they sort by time.</summary>
public interface IIdGenerator
{
    /// <summary>A new identifier.</summary>
    Guid NewId();
}
