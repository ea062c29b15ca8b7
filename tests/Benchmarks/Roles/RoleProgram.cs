using System.Globalization;

namespace Benchmarks.Roles;

/// <summary>The program of the other processes: starts a role, says its ports, answers each line with the bytes allocated so far, runs until standard input closes.</summary>
internal static class RoleProgram
{
    public const string Ready = "READY ";

    public static async Task<int> RunAsync(string[] arguments)
    {
        await using IRole role = arguments[0] switch
        {
            "app" => new AppRole(),
            EchoRole.Name => new EchoRole(),
            "forwarder" => new ForwarderRole(int.Parse(arguments[1], CultureInfo.InvariantCulture)),
            SidecarsRole.Name => new SidecarsRole(arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture), arguments.Length > 3 ? int.Parse(arguments[3], CultureInfo.InvariantCulture) : 0),
            "worker" => new WorkerRole(arguments[1], arguments[2]),
            _ => throw new ArgumentException($"There is no role '{arguments[0]}'.", nameof(arguments)),
        };
        var ports = await role.StartAsync();
        Console.WriteLine(Ready + string.Join(' ', ports));
        while (await Console.In.ReadLineAsync() is not null)
        {
            Console.WriteLine(GC.GetTotalAllocatedBytes());
        }

        return 0;
    }
}
