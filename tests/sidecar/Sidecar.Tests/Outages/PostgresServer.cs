using System.Diagnostics;
using Npgsql;

namespace Sidecar.Tests.Outages;

/// <summary>A PostgreSQL server of a test's own. It refuses to run as root: then it runs as the user <c>postgres</c>.</summary>
public sealed class PostgresServer : IRestartableServer
{
    private readonly string _binaries = Find();
    private string _folder = "";
    private Process? _process;

    private int Port { get; } = FreePort.Next();

    /// <summary>In the form that Dapr's components take.</summary>
    public string KeyValueConnectionString => $"host=127.0.0.1 port={Port} user=test dbname=postgres sslmode=disable connect_timeout=2";

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username=test;Database=postgres;Timeout=2;Pooling=false";

    public static async Task<PostgresServer> StartAsync()
    {
        var server = new PostgresServer();
        using var create = Run("sh", "-c", $"d=$(mktemp -d) && '{server._binaries}/initdb' -D $d/data -U test -A trust --no-sync -E UTF8 --locale=C >/dev/null && echo $d", output: true);
        server._folder = (await create.StandardOutput.ReadToEndAsync()).Trim();
        await create.WaitForExitAsync();
        server._folder.Should().NotBeEmpty("initdb makes a database");
        await server.RestartAsync();
        return server;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async Task RestartAsync() => await Eventually.TrueAsync(
        async () =>
        {
            if (_process is null or { HasExited: true })
            {
                // Right after a kill the memory of the one before may still be in use; then it ends, and is started again.
                _process = Run("sh", "-c", $"exec '{_binaries}/postgres' -D {_folder}/data -p {Port} -h 127.0.0.1 -k {_folder} -c fsync=off >>{_folder}/log 2>&1");
            }

            return await AnswersAsync();
        },
        "postgres answers");

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        using var remove = Run("rm", "-rf", _folder);
        await remove.WaitForExitAsync();
    }

    private static string Find() => Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).LastOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
        ?? throw new InvalidOperationException("PostgreSQL's server programs are missing; install them: apt-get install postgresql");

    private static Process Run(string program, params string[] arguments) => Run(program, arguments, output: false);

    private static Process Run(string program, string option, string script, bool output) => Run(program, [option, script], output);

    private static Process Run(string program, string[] arguments, bool output)
    {
        string[] prefix = Environment.UserName == "root" ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--"] : [];
        string[] all = [.. prefix, program, .. arguments];
        return Process.Start(new ProcessStartInfo(all[0], all[1..]) { UseShellExecute = false, RedirectStandardOutput = output, WorkingDirectory = "/" })!;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await ExecuteAsync("SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
