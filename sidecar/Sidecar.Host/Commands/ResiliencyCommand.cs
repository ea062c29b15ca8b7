using Sidecar.Host.Checks;
using Sidecar.Host.Resiliency;
using Sidecar.Host.RunFiles;
using Sidecar.Host.Runs;
using Sidecar.Resiliency;

namespace Sidecar.Host.Commands;

/// <summary><c>resiliency explain APP [TARGET]</c>: what the resiliency files do to the calls of an app.</summary>
internal static class ResiliencyCommand
{
    public static int Execute(Arguments arguments, HostContext context)
    {
        var path = arguments.Value("-f", "--run-file") ?? "dapr.yaml";
        if (arguments.Word("verb") is not "explain" and var verb)
        {
            throw new UsageException($"There is no 'resiliency {verb}'.");
        }

        var (appId, target) = (arguments.Word("app"), arguments.OptionalWord());
        arguments.Done();
        var result = RunFileReader.Read(path);
        CheckCommand.Report(result, context);
        if (result.File is not { } file)
        {
            return ExitCodes.Failure;
        }

        var apps = AppDocuments.Read(file);
        if (apps.FirstOrDefault(app => app.AppId == appId) is not { } caller)
        {
            context.Console.Error($"there is no app '{appId}'; the apps: {string.Join(", ", apps.Select(app => app.AppId))}");
            return ExitCodes.Failure;
        }

        return Explain(caller, target, apps, context);
    }

    private static int Explain(AppDocuments caller, string? target, IReadOnlyList<AppDocuments> apps, HostContext context)
    {
        var policies = caller.Policies;
        var found = (target is null ? policies.Spec.Targets.Keys.Order(StringComparer.Ordinal).SelectMany(name => Find(name, caller, policies, apps)) : Find(target, caller, policies, apps)).ToList();
        if (found.Count == 0)
        {
            context.Console.Error(target is null
                ? $"no resiliency file that {caller.AppId} sees names a target"
                : $"'{target}' is no target of {caller.AppId}; give an app ({string.Join(", ", apps.Select(app => app.AppId))}), a component ({string.Join(", ", caller.Components.Select(component => component.Name))}), apps/ID, components/NAME/outbound, components/NAME/inbound or actors/TYPE");
            return ExitCodes.Failure;
        }

        var chains = new RetryChains(apps);
        foreach (var line in found.SelectMany(one => PolicyExplanation.Lines(caller.AppId, one, chains)))
        {
            context.Console.Line(line);
        }

        return ExitCodes.Success;
    }

    private static IEnumerable<TargetPolicies> Find(string target, AppDocuments caller, PolicyTargets policies, IReadOnlyList<AppDocuments> apps) => target.Split('/') switch
    {
        ["apps", var app] => [policies.App(app)],
        ["actors", var actor] => [policies.Actor(actor)],
        ["components", var component, "inbound" or "outbound"] => [policies.Component(component, target[(target.LastIndexOf('/') + 1)..])],
        ["components", var component] => [policies.Component(component, "outbound"), policies.Component(component, "inbound")],
        [var app] when apps.Any(known => known.AppId == app) || policies.Spec.Targets.ContainsKey("apps/" + app) => [policies.App(app)],
        [var component] when caller.Components.Any(known => known.Name == component) => [policies.Component(component, "outbound"), policies.Component(component, "inbound")],
        [var actor] when policies.Spec.Targets.ContainsKey("actors/" + actor) => [policies.Actor(actor)],
        _ => [],
    };
}
