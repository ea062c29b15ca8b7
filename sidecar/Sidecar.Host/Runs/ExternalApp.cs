using Sidecar.Host.Apps;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Runs;

/// <summary>Tells the user how to start an app outside of the host, and writes its environment to a file that an IDE can read.</summary>
internal static class ExternalApp
{
    private static readonly string[] Tokens = ["APP_API_TOKEN", "DAPR_API_TOKEN"];

    /// <summary>Writes <c>env/APP.env</c> in the run folder (readable by its owner only: it holds tokens) and returns the lines to print.</summary>
    public static IReadOnlyList<string> Describe(AppDefinition app, string runDirectory, IReadOnlyDictionary<string, string> inherited)
    {
        var environment = new SortedDictionary<string, string>(AppEnvironment.Added(app).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        var path = Path.Combine(runDirectory, "env", app.Name + ".env");
        var shown = environment.Select(pair => $"  {pair.Key}={pair.Value}").ToList();
        foreach (var token in Tokens.Where(inherited.ContainsKey))
        {
            environment[token] = inherited[token];
        }

        PrivateFile.Write(path, string.Concat(environment.Select(pair => $"{pair.Key}={pair.Value}\n")));
        return
        [
            $"{app.Name} is yours to start: its sidecar waits for it on port {app.AppPort}. Environment (with the tokens in {path}):",
            .. shown,
            $"  from a shell: (set -a; . {path}; cd {app.Directory}; {string.Join(' ', app.Command)})",
        ];
    }
}
