namespace Setup.Tests;

public sealed class ServerAddressesTests
{
    [Fact]
    public void Read_NothingSet_NamesEveryVariableAtOnce()
    {
        var (servers, errors) = ServerAddresses.Read(_ => null);

        servers.Should().BeNull();
        errors.Should().HaveCount(2);
        errors[0].Should().StartWith("PLATFORM_POSTGRES is not set");
        errors[1].Should().StartWith("PLATFORM_REDIS is not set");
    }

    [Theory]
    [InlineData("http://a:b@localhost", "redis://:p@localhost", "", "PLATFORM_POSTGRES")]
    [InlineData("postgres://localhost", "redis://:p@localhost", "", "PLATFORM_POSTGRES")]
    [InlineData("postgres://a:b@localhost", "localhost:6379", "", "PLATFORM_REDIS")]
    [InlineData("postgres://a:b@localhost", "redis://:p@localhost", "x; DROP DATABASE", "PLATFORM_DB_PREFIX")]
    public void Read_BadValue_NamesTheVariable(string postgres, string redis, string prefix, string variable)
    {
        var (servers, errors) = ServerAddresses.Read(name => name switch { "PLATFORM_POSTGRES" => postgres, "PLATFORM_REDIS" => redis, _ => prefix });

        servers.Should().BeNull();
        errors.Should().ContainSingle().Which.Should().StartWith(variable);
    }
}
