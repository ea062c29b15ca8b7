using Microsoft.Extensions.DependencyInjection;

namespace Users.Tests;

/// <summary>The Users service that hashes passwords at the cost of its settings.</summary>
public sealed class UsersFixtureAtCost : UsersFixture
{
    protected override void ConfigureServices(IServiceCollection services)
    {
    }
}
