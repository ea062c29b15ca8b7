using ServiceDefaults;
using Users.Accounts;
using Users.Registration;

namespace Users.Demo;

/// <summary>The demonstration accounts. Their ids are fixed, so that a restart finds them again.</summary>
internal static class DemoUsers
{
    private const string Password = "demo-Passw0rd!";

    public static IReadOnlyList<(Guid Id, RegisterRequest User, string[] Roles)> All { get; } =
    [
        (Id(1), new RegisterRequest("admin@demo.local", Password, "Ada", "Admin"), [Roles.Admin]),
        (Id(2), new RegisterRequest("operator@demo.local", Password, "Otto", "Operator"), [Roles.Operator]),
        (Id(3), new RegisterRequest("customer@demo.local", Password, "Carla", "Customer", new Address("1 Market Street", "Springfield", "IL", "62701", "US")), [Roles.Customer]),
    ];

    private static Guid Id(int number) => Guid.ParseExact($"01900000-0000-7000-9000-{number:000000000000}", "D");
}
