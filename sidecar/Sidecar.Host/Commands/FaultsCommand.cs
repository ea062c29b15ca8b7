using Sidecar.Host.Control;
using Sidecar.Host.Runs;

namespace Sidecar.Host.Commands;

/// <summary><c>faults</c>: the faults that are injected into the running platform.</summary>
internal static class FaultsCommand
{
    public static async Task<int> ExecuteAsync(Arguments arguments, string runDirectory, HostContext context, CancellationToken cancellationToken)
    {
        var words = arguments.Rest();
        using var client = ControlClient.Find(runDirectory);
        if (client is null)
        {
            context.Console.Error($"no platform runs in {runDirectory}");
            return ExitCodes.Failure;
        }

        var refusal = words switch
        {
            [] => null,
            ["set", var name, .. { Count: > 0 } fields] => await client.SendAsync(HttpMethod.Put, PathOf(name), Fields(fields), cancellationToken),
            ["remove", var name] => await client.SendAsync(HttpMethod.Delete, PathOf(name), null, cancellationToken),
            ["clear"] => await client.SendAsync(HttpMethod.Delete, "faults", null, cancellationToken),
            _ => throw new UsageException("faults [set NAME FIELD=VALUE... | remove NAME | clear]."),
        };
        if (refusal is not null)
        {
            context.Console.Error(refusal);
            return ExitCodes.Failure;
        }

        var faults = (await client.StatusAsync(cancellationToken)).Faults;
        Show(faults, context);
        if (faults.Count == 0)
        {
            context.Console.Line("no faults are injected");
        }

        return ExitCodes.Success;
    }

    /// <summary>Prints the faults; nothing when there are none.</summary>
    public static void Show(IReadOnlyList<FaultStatus> faults, HostContext context)
    {
        foreach (var fault in faults)
        {
            context.Console.Line($"fault {fault.Name}: {fault.What}, hit {fault.Hits} times");
        }
    }

    private static string PathOf(string name) => $"faults/{Uri.EscapeDataString(name)}";

    private static Dictionary<string, string> Fields(IEnumerable<string> words)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in words)
        {
            var parts = word.Split('=', 2);
            fields[parts[0]] = parts.Length == 2 ? parts[1] : throw new UsageException($"'{word}' is not FIELD=VALUE.");
        }

        return fields;
    }
}
