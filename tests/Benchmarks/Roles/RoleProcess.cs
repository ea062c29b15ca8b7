using System.Diagnostics;
using System.Globalization;

namespace Benchmarks.Roles;

/// <summary>A role in a process of its own. It ends when its standard input closes, so it never outlives the driver.</summary>
internal sealed class RoleProcess : IAsyncDisposable
{
    private readonly Process _process;

    private RoleProcess(Process process) => _process = process;

    /// <summary>The ports it said it listens on.</summary>
    public IReadOnlyList<int> Ports { get; private set; } = [];

    /// <summary>The processor time it has used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The memory it holds, in MiB.</summary>
    public double ResidentMegabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1024.0 / 1024;
        }
    }

    /// <summary>The bytes it has allocated on the managed heap so far.</summary>
    public async Task<long> AllocatedAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        return long.Parse(await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The role has ended."), CultureInfo.InvariantCulture);
    }

    /// <summary>Starts a role and waits until it is ready.</summary>
    public static async Task<RoleProcess> StartAsync(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(RoleProcess).Assembly.Location, "role", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (start.ArgumentList.Contains(SidecarsRole.Name))
        {
            // As Sidecar.Host has it, in hexadecimal.
            start.Environment["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "20";
        }

        var role = new RoleProcess(Process.Start(start)!);
        while (await role._process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(RoleProgram.Ready, StringComparison.Ordinal))
            {
                role.Ports = [.. line[RoleProgram.Ready.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(port => int.Parse(port, CultureInfo.InvariantCulture))];
                return role;
            }

            Console.Error.WriteLine(line);
        }

        throw new InvalidOperationException($"Role '{string.Join(' ', arguments)}' ended before it was ready.");
    }

    /// <summary>Kills it where it stands.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
