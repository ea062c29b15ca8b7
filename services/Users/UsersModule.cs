using ServiceDefaults;
using Users.Accounts;
using Users.Demo;
using Users.Login;
using Users.Passwords;
using Users.Profiles;
using Users.Registration;
using Users.SigningKeys;
using Users.Tokens;
using Users.Validity;

namespace Users;

/// <summary>What the service is made of.</summary>
internal static class UsersModule
{
    public static WebApplicationBuilder AddUsers(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<PasswordOptions>().BindConfiguration(PasswordOptions.Section);
        services.AddOptions<TokenOptions>().BindConfiguration(TokenOptions.Section);
        services.AddOptions<LockOptions>().BindConfiguration(LockOptions.Section);
        services.AddOptions<DemoOptions>().BindConfiguration(DemoOptions.Section);
        services.AddSingleton<ISettingsCheck, UsersSettingsCheck>();
        services.AddSingleton<UserTable>().AddSingleton<UserEvents>().AddSingleton<PasswordHashing>();
        services.AddSingleton<Registrations>().AddSingleton<ProfileUpdates>().AddSingleton<LoginFailures>().AddSingleton<Logins>();
        services.AddSingleton<SigningKeyTable>().AddSingleton<SigningKeyRing>().AddSingleton<IJwksSource, OwnJwksSource>();
        services.AddSingleton<AccessTokens>().AddSingleton<RefreshTokenTable>().AddSingleton<TokenIssuer>().AddSingleton<Refreshing>();
        services.AddHostedService<FirstSigningKey>();
        services.AddHostedService<DemoSeed>();
        return builder;
    }

    public static void MapUsers(this IEndpointRouteBuilder app) =>
        app.MapRegistration().MapLogin().MapRefresh().MapSigningKeys().MapProfiles().MapValidity();
}
