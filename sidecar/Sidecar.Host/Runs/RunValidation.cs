using Sidecar.Host.Checks;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Runs;

/// <summary>Checks a run file with everything it points to, and reports all problems at once.</summary>
internal static class RunValidation
{
    private static readonly TimeSpan PortPatience = TimeSpan.FromSeconds(2);

    /// <summary>Reads and checks; the file is null when there are problems.</summary>
    /// <param name="ports">Whether fixed ports must be free.</param>
    public static async Task<RunFileResult> CheckAsync(RunOptions options, HostContext context, bool ports, CancellationToken cancellationToken)
    {
        var result = RunFileReader.Read(options.File);
        if (result.File is not { } file)
        {
            return result;
        }

        var resources = await Task.WhenAll(file.Apps.DistinctBy(app => app.AppId).Select(app => context.Sidecars.CheckAsync(app, context.Environment, cancellationToken)));
        List<Problem> problems =
        [
            .. UnknownExternals(options, file),
            .. resources.SelectMany(errors => errors).Select(error => new Problem("", error, "")),
            .. StaticCheck.Problems(file),
            .. file.Apps.DistinctBy(app => app.AppId, StringComparer.Ordinal).SelectMany(MissingProgram),
            .. ports ? await PortsInUseAsync(file, options, context, cancellationToken) : [],
        ];
        return result with { File = problems.Count == 0 ? file : null, Problems = [.. problems.Distinct()], Notices = [.. result.Notices.Concat(StaticCheck.Notices(file)).Distinct(StringComparer.Ordinal)] };
    }

    /// <summary>Processes of a run that was killed a moment ago may still be on their way out: their ports get a little time.</summary>
    private static async Task<IReadOnlyList<Problem>> PortsInUseAsync(RunFile file, RunOptions options, HostContext context, CancellationToken cancellationToken)
    {
        var began = context.Time.GetTimestamp();
        while (true)
        {
            var problems = Ports.InUse(file, options.External).ToList();
            if (problems.Count == 0 || context.Time.GetElapsedTime(began) > PortPatience)
            {
                return problems;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), context.Time, cancellationToken);
        }
    }

    private static IEnumerable<Problem> UnknownExternals(RunOptions options, RunFile file) =>
        from name in options.External
        where file.Apps.All(app => app.AppId != name)
        select new Problem("--external", $"there is no app '{name}'", $"the apps of {Path.GetFileName(file.Path)}: {string.Join(", ", file.Apps.Select(app => app.AppId).Distinct(StringComparer.Ordinal))}");

    /// <summary>The usual mistake: the services are not built, so that <c>dotnet App.dll</c> has nothing to run.</summary>
    private static IEnumerable<Problem> MissingProgram(AppDefinition app)
    {
        if (app.Command is ["dotnet", var assembly, ..] && assembly.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        {
            var full = Path.GetFullPath(assembly, app.Directory);
            if (!File.Exists(full))
            {
                yield return new Problem($"{app.Place}.command", $"{full} does not exist", "build the services first (make run does)");
            }
        }
    }
}
