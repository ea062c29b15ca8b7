using Setup;

// Creates the databases and roles of the platform on the servers named by PLATFORM_POSTGRES and PLATFORM_REDIS, and writes the
// connection details, one environment variable each, to a file that build/run.sh exports. Used by: build/run.sh, the end-to-end tests.
var output = args is ["--out", var path] ? path : null;
if (output is null)
{
    await Console.Error.WriteLineAsync("usage: Setup --out FILE   (PLATFORM_POSTGRES, PLATFORM_REDIS and optionally PLATFORM_DB_PREFIX in the environment)");
    return 2;
}

var (servers, errors) = ServerAddresses.Read(Environment.GetEnvironmentVariable);
if (servers is null)
{
    foreach (var error in errors)
    {
        await Console.Error.WriteLineAsync($"setup: {error}");
    }

    return 1;
}

try
{
    var file = EnvironmentFile.Load(output);
    await new DatabaseProvisioner(servers, file).ProvisionAsync(CancellationToken.None);
    PlatformEnvironment.Write(file, servers);
    file.Save();
    return 0;
}
catch (Npgsql.NpgsqlException exception)
{
    await Console.Error.WriteLineAsync($"setup: PostgreSQL at {servers.Postgres.Host}:{servers.Postgres.Port} refused: {exception.Message}. Does the role of PLATFORM_POSTGRES exist, and may it create databases and roles?");
    return 1;
}
