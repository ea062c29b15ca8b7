using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.Invocation;
using Sidecar.NameResolution;
using Sidecar.Reloading;
using Sidecar.Resiliency;
using Sidecar.Secrets;
using Sidecar.State;
using Sidecar.Telemetry;
using Sidecar.Telemetry.Metrics;

namespace Sidecar;

/// <summary>What a building block may use of the sidecar that it belongs to. Everything is loaded, validated and resolved.</summary>
internal sealed record RuntimeServices
{
    /// <summary>The settings of the sidecar.</summary>
    public required SidecarOptions Options { get; init; }

    /// <summary>The resources of the app: components with their secrets resolved, subscriptions, configuration.</summary>
    public required AppResources Resources { get; set; }

    /// <summary>The secret stores by component name, already read.</summary>
    public ExchangeableMap<ISecretStore> SecretStores { get; init; } = new(new Dictionary<string, ISecretStore>(StringComparer.Ordinal));

    /// <summary>The loaded state stores by component name; the state building block fills them in before any other block starts.</summary>
    public Dictionary<string, LoadedStateStore> StateStores { get; } = new(StringComparer.Ordinal);

    /// <summary>The way to the app.</summary>
    public required IAppChannel App { get; init; }

    /// <summary>The calls of an app of protocol gRPC; null for one of HTTP.</summary>
    public GrpcApp? GrpcApp { get; init; }

    /// <summary>The policies of the resiliency files.</summary>
    public required IResiliency Resiliency { get; init; }

    /// <summary>Spans and trace context.</summary>
    public required Tracing Tracing { get; init; }

    /// <summary>The building blocks of the sidecar, complete when all are made: one may use another once it is started.</summary>
    public IReadOnlyList<IBuildingBlock> Blocks { get; init; } = [];

    /// <summary>What is counted for Prometheus.</summary>
    public required SidecarMetrics Metrics { get; init; }

    /// <summary>What is counted about components.</summary>
    public required ComponentMetrics ComponentMetrics { get; init; }

    /// <summary>What is counted about calls of apps.</summary>
    public required ServiceMetrics ServiceMetrics { get; init; }

    /// <summary>What is counted about workflows.</summary>
    public required WorkflowMetrics WorkflowMetrics { get; init; }

    /// <summary>How often the APIs answered with which error.</summary>
    public required ErrorCodeMetrics ErrorCodeMetrics { get; init; }

    /// <summary>What is counted about actors.</summary>
    public required ActorMetrics ActorMetrics { get; init; }

    /// <summary>What is said about app ids that nobody has.</summary>
    public UnknownApps UnknownApps => field ??= new UnknownApps(Time);

    /// <summary>The app id.</summary>
    public string AppId => Options.AppId;

    /// <summary>The namespace (environment variable NAMESPACE); empty when there is none.</summary>
    public string Namespace => Options.Environment.GetValueOrDefault("NAMESPACE", "");

    /// <summary>What the sidecars of the run share.</summary>
    public RunScope Run => Options.Run;

    /// <summary>Makes loggers.</summary>
    public ILoggerFactory Loggers => Options.Loggers;

    /// <summary>The clock.</summary>
    public TimeProvider Time => Options.Time;

    /// <summary>What a component of this sidecar may use.</summary>
    public ComponentContext ComponentContext => new(AppId, Run, Loggers, Time) { Environment = Options.Environment };

    /// <summary>The components of a building block, by the first word of the type, e.g. <c>state</c>, <c>pubsub</c>.</summary>
    public IEnumerable<ComponentSpec> ComponentsOf(string buildingBlock) =>
        Resources.Components.Where(component => component.Type.StartsWith(buildingBlock + ".", StringComparison.Ordinal));
}
