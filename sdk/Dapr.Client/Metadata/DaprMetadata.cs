namespace Dapr.Client;

/// <summary>What a sidecar says about itself.</summary>
public sealed class DaprMetadata
{
    /// <summary>Creates the record.</summary>
    public DaprMetadata(string id, IReadOnlyList<DaprActorMetadata> actors, IReadOnlyDictionary<string, string> extended, IReadOnlyList<DaprComponentsMetadata> components)
    {
        Id = id;
        Actors = actors;
        Extended = extended;
        Components = components;
    }

    /// <summary>The app id.</summary>
    public string Id { get; }

    /// <summary>The active actors by type.</summary>
    public IReadOnlyList<DaprActorMetadata> Actors { get; }

    /// <summary>Further attributes, those set with SetMetadataAsync among them.</summary>
    public IReadOnlyDictionary<string, string> Extended { get; }

    /// <summary>The loaded components.</summary>
    public IReadOnlyList<DaprComponentsMetadata> Components { get; }
}
