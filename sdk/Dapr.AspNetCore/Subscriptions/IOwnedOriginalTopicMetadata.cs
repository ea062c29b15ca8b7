namespace Dapr;

/// <summary>An endpoint names the metadata entries its topic owns.</summary>
public interface IOwnedOriginalTopicMetadata
{
    /// <summary>The ids of the owned entries.</summary>
    string[]? OwnedMetadatas { get; }

    /// <summary>What joins the values of entries with one name; default a comma.</summary>
    string? MetadataSeparator { get; }
}
