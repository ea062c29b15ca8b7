using Npgsql;

namespace Setup.Tests;

public sealed class DatabaseProvisionerTests : IAsyncLifetime
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("setup-").FullName, "platform.env");
    private readonly string _prefix = $"t{Guid.NewGuid():N}"[..12] + "_";

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Provision_Twice_KeepsPasswordsAndGivesEachRoleOnlyItsPart()
    {
        var first = await ProvisionAsync();
        var second = await ProvisionAsync();

        second.Values.Should().BeEquivalentTo(first.Values);
        await using var owner = NpgsqlDataSource.Create(second.Values["ORDERS_ConnectionStrings__Owner"]);
        await using var app = NpgsqlDataSource.Create(second.Values["ORDERS_ConnectionStrings__Default"]);
        await ExecuteAsync(owner, "CREATE TABLE secret_table (id int)");
        await FluentActions.Awaiting(() => ExecuteAsync(app, "SELECT * FROM secret_table")).Should().ThrowAsync<PostgresException>().WithMessage("*permission denied*");
        await FluentActions.Awaiting(() => ExecuteAsync(app, "CREATE TABLE mine (id int)")).Should().ThrowAsync<PostgresException>().WithMessage("*permission denied*");
        var other = new NpgsqlConnectionStringBuilder(second.Values["ORDERS_ConnectionStrings__Default"]) { Database = $"{_prefix}users" };
        await using var stranger = NpgsqlDataSource.Create(other.ConnectionString);
        await FluentActions.Awaiting(() => ExecuteAsync(stranger, "SELECT 1")).Should().ThrowAsync<PostgresException>();
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await using var administrator = NpgsqlDataSource.Create(TestServers.PostgresConnectionString());
        foreach (var service in PlatformEnvironment.Services.Append("dapr"))
        {
            await ExecuteAsync(administrator, $"DROP DATABASE IF EXISTS {_prefix}{service} WITH (FORCE)");
            foreach (var suffix in PlatformEnvironment.Roles.Select(role => role.Suffix))
            {
                await ExecuteAsync(administrator, $"DROP ROLE IF EXISTS {_prefix}{service}_{suffix}");
            }
        }

        Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
    }

    private async Task<EnvironmentFile> ProvisionAsync()
    {
        var servers = new ServerAddresses(TestServers.PostgresUrl, TestServers.RedisUrl, _prefix);
        var file = EnvironmentFile.Load(_path);
        await new DatabaseProvisioner(servers, file).ProvisionAsync(CancellationToken.None);
        PlatformEnvironment.Write(file, servers);
        file.Save();
        return file;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
