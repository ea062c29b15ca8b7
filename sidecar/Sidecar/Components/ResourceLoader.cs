using Microsoft.Extensions.Logging;
using Sidecar.Resiliency;
using Sidecar.Secrets;

namespace Sidecar.Components;

/// <summary>
/// Loads what an app sees of its resources: read, scoped, checked, then the secret stores, then everything that refers to secrets. Each
/// step goes on after an error as far as it can, so that one start shows all that is wrong.
/// </summary>
/// <param name="running">What the sidecar runs on, when its files are read again: a file that was spoiled takes nothing of it away.</param>
internal sealed partial class ResourceLoader(SidecarOptions options, AppResources? running = null)
{
    private readonly ILogger _logger = options.Loggers.CreateLogger<ResourceLoader>();
    private readonly List<ResourceProblem> _problems = [];

    /// <summary>Loads; throws <see cref="SidecarStartException"/> with all errors.</summary>
    public async Task<LoadedResources> LoadAsync(CancellationToken cancellationToken)
    {
        var documents = Visible(ResourceFiles.Read(options.ResourcesPaths, _problems, lenient: !options.StrictResources));
        var configuration = ReadConfiguration();
        ResourceValidation.ValidateNames(documents.Where(document => document.Kind != "Configuration"), _problems);
        documents.RemoveAll(document => !IsUsable(document));

        var components = documents.Where(document => document.Kind == "Component" && !IsDenied(document, configuration)).ToList();
        var stores = await StartStoresAsync(components, cancellationToken);
        components.RemoveAll(component => IsStore(component) && !stores.ContainsKey(component.Name));
        var references = new ResourceReferences(options, stores, _problems);
        components.RemoveAll(component => !options.StrictResources && IsLeftWaiting(component, references));
        var resources = new AppResources
        {
            Configuration = configuration,
            Components = [.. components.Where(IsStore).Concat(components.Where(component => !IsStore(component))).Select(references.ReadComponent)],
            Subscriptions = [.. documents.Where(document => document.Kind == "Subscription").Select(SubscriptionReader.Read)],
            Resiliency = [.. documents.Where(document => document.Kind == "Resiliency")],
            HttpEndpoints = [.. documents.Where(document => document.Kind == "HTTPEndpoint").Select(references.ReadEndpoint).OfType<HttpEndpointSpec>()],
        };
        var found = new List<ResourceProblem>();
        var resiliency = ResiliencyReader.Read(resources.Resiliency, found);
        _problems.AddRange(found.Select(problem => problem with { IsError = options.StrictResources || IsChanged(problem.File, resources) }));
        RefuseLosses(resources);
        Report();
        return new LoadedResources(resources, stores, resiliency);
    }

    private List<ResourceDocument> Visible(List<ResourceDocument> documents) =>
        [.. documents.Where(document => document.Scopes.Count == 0 || document.Scopes.Contains(options.AppId, StringComparer.Ordinal))];

    private ConfigurationSpec ReadConfiguration()
    {
        if (options.ConfigurationPath is not { } path)
        {
            return new ConfigurationSpec();
        }

        var document = ResourceFiles.Read([path], _problems).LastOrDefault(found => found.Kind == "Configuration");
        if (document is null)
        {
            if (_problems.TrueForAll(problem => problem.File != path))
            {
                _problems.Add(new(path, "kind", "the file holds no Configuration; give a file with a document of kind Configuration"));
            }

            return new ConfigurationSpec();
        }

        return IsUsable(document) || !options.StrictResources ? ConfigurationReader.Read(document) : new ConfigurationSpec();
    }

    // Outside strict mode an unknown key is only said, and a resiliency file that daprd could not read is left out as daprd does.
    private bool IsUsable(ResourceDocument document)
    {
        var found = new List<ResourceProblem>();
        ResourceValidation.Validate(document, found);
        found = options.StrictResources ? found : [.. found.Select(problem => problem with { IsError = problem.IsError && !problem.IsPassedOver })];
        var lenient = (!options.StrictResources && document.Kind is "Resiliency" or "Configuration") || ResourceReferences.IgnoresErrors(document);
        _problems.AddRange(lenient ? found.Select(problem => problem with { IsError = false }) : found);
        return !found.Exists(problem => problem.IsError);
    }

    // Policies that are running are not exchanged for such as cannot be read.
    private bool IsChanged(string file, AppResources resources) => running is not null
        && !resources.Resiliency.Where(document => document.File == file).All(document => running.Resiliency.Any(was => was.Name == document.Name && was.Root.Equals(document.Root)));

    private void RefuseLosses(AppResources resources)
    {
        var spoiled = _problems.Where(problem => !problem.IsPassedOver).Select(problem => problem.File).ToHashSet(StringComparer.Ordinal);
        foreach (var (what, file) in (running?.Named ?? []).ExceptBy(resources.Named.Select(one => one.What), one => one.What, StringComparer.Ordinal))
        {
            if (spoiled.Contains(file))
            {
                _problems.Add(new(file, "", $"{what} runs and cannot be read any more; mend the file, or take it out"));
            }
        }
    }

    private bool IsLeftWaiting(ResourceDocument component, ResourceReferences references)
    {
        if (!references.WaitsForStore(component))
        {
            return false;
        }

        _problems.Add(new(component.File, "auth.secretStore", $"there is no secret store '{component.Root.TextAt("auth", "secretStore")}'; component '{component.Name}' is left out", IsError: false));
        return true;
    }

    private bool IsDenied(ResourceDocument component, ConfigurationSpec configuration)
    {
        var type = component.Root.TextAt("spec", "type") ?? "";
        var version = component.Root.TextAt("spec", "version") ?? "v1";
        var denied = configuration.DeniedComponents.Any(rule => rule.Equals(type, StringComparison.OrdinalIgnoreCase) || rule.Equals($"{type}/{version}", StringComparison.OrdinalIgnoreCase));
        if (denied)
        {
            LogDenied(component.Name, component.Name, type, version);
        }

        return denied;
    }

    private static bool IsStore(ResourceDocument component) => component.Root.TextAt("spec", "type")?.StartsWith("secretstores.", StringComparison.OrdinalIgnoreCase) == true;

    private async Task<Dictionary<string, ISecretStore>> StartStoresAsync(IEnumerable<ResourceDocument> components, CancellationToken cancellationToken)
    {
        var stores = new Dictionary<string, ISecretStore>(StringComparer.Ordinal);
        var references = new ResourceReferences(options, stores, _problems);
        foreach (var document in components.Where(IsStore))
        {
            var spec = references.ReadComponent(document);
            var type = (ComponentType<ISecretStore>)ComponentCatalogue.Types[spec.Type];
            var context = new ComponentContext(options.AppId, options.Run, options.Loggers, options.Time) { Environment = options.Environment };
            try
            {
                var store = type.Create(spec, context);
                await store.StartAsync(cancellationToken);
                stores[spec.Name] = store;
            }
            catch (ComponentException exception)
            {
                _problems.Add(new(document.File, "", exception.Message, IsError: !spec.IgnoreErrors));
            }
        }

        return stores;
    }

    private void Report()
    {
        var errors = _problems.Where(problem => problem.IsError).Select(problem => problem.ToString()).Distinct(StringComparer.Ordinal).ToList();
        if (errors.Count > 0)
        {
            throw new SidecarStartException(options.AppId, errors);
        }

        foreach (var notice in _problems.Select(problem => problem.ToString()).Distinct(StringComparer.Ordinal))
        {
            LogNotice(notice);
        }
    }

    [LoggerMessage(3841, LogLevel.Warning, "component '{Name}' cannot be loaded because components of type '{SameName} ({Type}/{Version})' are not allowed")]
    private partial void LogDenied(string name, string sameName, string type, string version);

    [LoggerMessage(3842, LogLevel.Warning, "{Notice}")]
    private partial void LogNotice(string notice);
}
