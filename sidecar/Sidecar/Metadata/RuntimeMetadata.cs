using System.Collections.Concurrent;
using Sidecar.Health;

namespace Sidecar.Metadata;

/// <summary>What a sidecar tells about itself, whichever API asks.</summary>
internal sealed class RuntimeMetadata(RuntimeServices services, IReadOnlyList<IBuildingBlock> blocks, Func<bool> isReady)
{
    /// <summary>The version of Dapr whose API the sidecar speaks.</summary>
    public const string DaprVersion = "1.18.3";

    /// <summary>The features of daprd that are always on.</summary>
    public static readonly IReadOnlyList<string> EnabledFeatures = ["HotReload", "WorkflowsRemoteActivityReminder"];

    private readonly ConcurrentDictionary<string, string> _labels = new(StringComparer.Ordinal);

    /// <summary>The settings and resources of the sidecar.</summary>
    public RuntimeServices Services => services;

    /// <summary>Whether the app is there and its subscriptions run.</summary>
    public bool IsReady => isReady();

    /// <summary>The labels, that of the version included.</summary>
    public SortedDictionary<string, string> Labels => new(_labels, StringComparer.Ordinal) { ["daprRuntimeVersion"] = DaprVersion };

    /// <summary>The loaded components in the order in which daprd makes them: secret stores first, then as the files name them.</summary>
    public IEnumerable<LoadedComponent> Components => blocks.SelectMany(block => block.LoadedComponents).OrderBy(Position);

    /// <summary>The active subscriptions.</summary>
    public IEnumerable<ActiveSubscription> Subscriptions => blocks.SelectMany(block => block.ActiveSubscriptions);

    /// <summary>The connected workflow workers.</summary>
    public int ConnectedWorkers => blocks.Sum(block => block.ConnectedWorkers);

    /// <summary>The check of the app's health, if there is one.</summary>
    public AppHealthOptions? AppHealth => services.Options.AppHealth;

    /// <summary>The hosted actors, those of workflows included; nothing before the sidecar is ready.</summary>
    public ActorRuntimeStatus Actors
    {
        get
        {
            var all = isReady() ? blocks.Select(block => block.ActorStatus).OfType<ActorRuntimeStatus>().ToList() : [];
            return new(all.Exists(status => status.Enabled), all.Exists(status => status.HostReady), [.. all.SelectMany(status => status.Types).OrderBy(type => type.Key, StringComparer.Ordinal)]);
        }
    }

    /// <summary>Sets a label, as <c>dapr run</c> does for the command and process of the app.</summary>
    public void SetLabel(string name, string value) => _labels[name] = value;

    private (bool, int) Position(LoadedComponent component)
    {
        var index = services.Resources.Components.Select((spec, i) => (spec, i)).FirstOrDefault(entry => entry.spec.Name == component.Name, (null!, int.MaxValue)).Item2;
        return (!component.Type.StartsWith("secretstores.", StringComparison.Ordinal), index);
    }
}
