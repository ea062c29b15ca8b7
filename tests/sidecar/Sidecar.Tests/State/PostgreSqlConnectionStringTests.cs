using Npgsql;
using Sidecar.Components;
using Sidecar.State.PostgreSql;

namespace Sidecar.Tests.State;

public sealed class PostgreSqlConnectionStringTests
{
    [Theory]
    [InlineData("host=db port=5433 user=u password='p w\\'d' dbname=shop sslmode=disable")]
    [InlineData("postgres://u:p%20w%27d@db:5433/shop?sslmode=disable")]
    [InlineData("postgresql://u:p%20w%27d@db:5433/shop?sslmode=disable")]
    [InlineData("host = db  port = 5433 user = u password = p\\ w\\'d database = shop sslmode = disable")]
    public void From_BothForms_GiveTheSameConnection(string text)
    {
        var parts = Read(("connectionString", text));

        parts.Host.Should().Be("db");
        parts.Port.Should().Be(5433);
        parts.Username.Should().Be("u");
        parts.Password.Should().Be("p w'd");
        parts.Database.Should().Be("shop");
        parts.SslMode.Should().Be(SslMode.Disable);
    }

    [Fact]
    public void From_SingleFields_OverrideTheConnectionString()
    {
        var parts = Read(("connectionString", "host=db user=u dbname=shop"), ("host", "other"), ("password", "x=y z"), ("maxConns", "7"));

        parts.Host.Should().Be("other");
        parts.Password.Should().Be("x=y z");
        parts.MaxPoolSize.Should().Be(7);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("host=db password='open")]
    [InlineData("host=db port=abc")]
    [InlineData("host=db sslmode=maybe")]
    [InlineData("")]
    public void From_NotUnderstood_NamesTheField(string text)
    {
        var act = () => Read(("connectionString", text));

        act.Should().Throw<ComponentException>().WithMessage("pg.yaml: component 'pg' (state.postgresql): metadata 'connectionString'*");
    }

    private static NpgsqlConnectionStringBuilder Read(params (string Name, string Value)[] metadata)
    {
        var spec = new ComponentSpec("pg", "state.postgresql", "v2", metadata.ToDictionary(field => field.Name, field => field.Value, StringComparer.OrdinalIgnoreCase), "pg.yaml");
        return new NpgsqlConnectionStringBuilder(PostgreSqlConnectionString.From(spec));
    }
}
