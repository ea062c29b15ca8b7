namespace Sidecar.Components;

/// <summary>Static checks of resources: everything that can be said without connecting to anything.</summary>
internal static class ResourceValidation
{
    /// <summary>Checks one document against Dapr's keys and, for a component, against its type.</summary>
    public static void Validate(ResourceDocument document, ICollection<ResourceProblem> problems)
    {
        var schema = ResourceSchemas.Of(document.Kind, document.ApiVersion);
        schema?.Validate(document.Root, document.File, "", problems);
        if (document.Kind == "Component")
        {
            ValidateComponent(document, problems);
        }
    }

    /// <summary>Checks that no two resources of a kind that an app sees have one name.</summary>
    public static void ValidateNames(IEnumerable<ResourceDocument> documents, ICollection<ResourceProblem> problems)
    {
        foreach (var same in documents.GroupBy(document => (document.Kind, document.Name)).Where(group => group.Count() > 1))
        {
            problems.Add(new(same.Last().File, "metadata.name", $"the {same.Key.Kind} '{same.Key.Name}' is declared twice, also in {same.First().File}; give each a name of its own or scopes that do not overlap"));
        }
    }

    private static void ValidateComponent(ResourceDocument document, ICollection<ResourceProblem> problems)
    {
        if (document.Root.TextAt("spec", "type") is not { } typeName)
        {
            return;
        }

        if (!ComponentCatalogue.Types.TryGetValue(typeName, out var type))
        {
            problems.Add(new(document.File, "spec.type", $"'{typeName}' is not a component type of the embedded sidecar; there are: {string.Join(", ", ComponentCatalogue.Types.Keys.Order(StringComparer.Ordinal))}"));
            return;
        }

        if (document.Root.TextAt("spec", "version") is { } version && !type.Versions.Contains(version, StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(new(document.File, "spec.version", $"'{version}' does not exist for {type.Name}; there are: {string.Join(", ", type.Versions)}"));
        }

        ValidateMetadata(document, type, problems);
    }

    private static void ValidateMetadata(ResourceDocument document, ComponentType type, ICollection<ResourceProblem> problems)
    {
        var given = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in document.Root.ListAt("spec", "metadata"))
        {
            if (item.TextAt("name") is not { } name)
            {
                continue;
            }

            var at = $"spec.metadata '{name}'";
            var field = type.Field(name);
            given.Add(field?.Name ?? name);
            if (field is null)
            {
                problems.Add(new(document.File, at, $"Dapr's {type.Name} has no such field; there are: {string.Join(", ", type.Fields.Select(known => known.Name))}") { IsPassedOver = true });
            }
            else if (Say(field, item) is var (message, isError))
            {
                problems.Add(new(document.File, at, message, isError));
            }
        }

        foreach (var field in type.Fields.Where(field => field.Required && !given.Contains(field.Name)))
        {
            problems.Add(new(document.File, $"spec.metadata '{field.Name}'", $"is missing; {type.Name} needs it"));
        }
    }

    private static (string Message, bool IsError)? Say(MetadataField field, YamlDotNet.RepresentationModel.YamlNode item)
    {
        var value = item.At("value").AsValue();
        return field.Support switch
        {
            FieldSupport.Unsupported => ($"is not supported by the embedded sidecar; {field.Note}", true),
            FieldSupport.WithoutMeaning => ($"has no effect on one machine: {field.Note}", false),
            _ when value is not null && field.Values.Count > 0 && !field.Values.Contains(value, StringComparer.OrdinalIgnoreCase) =>
                ($"'{value}' is not accepted; give one of: {string.Join(", ", field.Values)}", true),
            _ => null,
        };
    }
}
