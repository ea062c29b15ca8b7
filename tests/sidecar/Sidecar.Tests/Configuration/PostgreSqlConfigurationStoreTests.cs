using Npgsql;
using Sidecar.Components;
using Sidecar.Configuration;
using Sidecar.Tests.State;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Configuration;

public sealed class PostgreSqlConfigurationStoreTests(PostgreSqlFixture fixture) : ConfigurationStoreContract, IClassFixture<PostgreSqlFixture>
{
    public override async Task InitializeAsync()
    {
        await ExecuteAsync("""
            CREATE TABLE IF NOT EXISTS settings (key text NOT NULL, value text NOT NULL, version text NOT NULL, metadata jsonb);
            CREATE OR REPLACE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              PERFORM pg_notify('settings_changed', json_build_object('table', TG_TABLE_NAME, 'action', TG_OP, 'data', row_to_json(NEW))::text);
              RETURN NULL;
            END $$;
            CREATE OR REPLACE TRIGGER tell AFTER INSERT OR UPDATE ON settings FOR EACH ROW EXECUTE FUNCTION tell();
            """);
        await base.InitializeAsync();
    }

    [Fact]
    public async Task Get_SeveralVersionsOfAKey_ReturnsTheHighest()
    {
        await ExecuteAsync($"INSERT INTO settings VALUES ('{Key("v")}', 'nine', '9'), ('{Key("v")}', 'ten', '10'), ('{Key("v")}', 'other', 'x')");

        var items = await Store.GetAsync([Key("v")], new Dictionary<string, string>(StringComparer.Ordinal), CancellationToken.None);

        items[Key("v")].Value.Should().Be("ten");
    }

    [Fact]
    public async Task Get_KeyWithOtherCharacters_IsRefused()
    {
        var act = () => Store.GetAsync(["a;b"], new Dictionary<string, string>(StringComparer.Ordinal), CancellationToken.None);

        await act.Should().ThrowAsync<ArgumentException>().WithMessage("invalid key : 'a;b'");
    }

    [Fact]
    public async Task Start_TableMissing_NamesIt()
    {
        await using var store = Create("nowhere");

        var act = () => store.StartAsync(CancellationToken.None);

        await act.Should().ThrowAsync<ComponentException>().WithMessage("*names the table 'nowhere', which does not exist*");
    }

    private protected override IConfigurationStore Create() => Create("settings");

    private protected override Task SetAsync(string key, string value, string version) =>
        ExecuteAsync($"DELETE FROM settings WHERE key = '{key}'; INSERT INTO settings VALUES ('{key}', '{value}', '{version}')");

    private protected override Task BreakConnectionsAsync() =>
        ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'");

    private PostgreSqlConfigurationStore Create(string table) => new(
        new ComponentSpec(
            "cfg",
            "configuration.postgresql",
            "v1",
            new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["connectionString"] = fixture.Database.KeyValueConnectionString, ["table"] = table, ["notifyChannel"] = "settings_changed" },
            "cfg.yaml"),
        TestContext.Component());

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(fixture.Database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
