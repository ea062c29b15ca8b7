using Microsoft.Extensions.Options;

namespace Users.Demo;

/// <summary>Keeps demonstration data out of production.</summary>
internal sealed class DemoOptionsValidation(IHostEnvironment environment) : IValidateOptions<DemoOptions>
{
    public ValidateOptionsResult Validate(string? name, DemoOptions options) => options.Seed && environment.IsProduction()
        ? ValidateOptionsResult.Fail("Demo:Seed is true in the environment Production: set it to false, or ASPNETCORE_ENVIRONMENT to Development for a demonstration.")
        : ValidateOptionsResult.Success;
}
