using Microsoft.Extensions.Options;

namespace Orders.Sagas;

/// <summary>Refuses settings under which the saga could not keep its promises.</summary>
internal sealed class SagaOptionsValidation : IValidateOptions<SagaOptions>
{
    public ValidateOptionsResult Validate(string? name, SagaOptions options)
    {
        var problems = new List<string>();
        if (options.Deadline < TimeSpan.FromSeconds(1) || options.Deadline > TimeSpan.FromHours(23))
        {
            problems.Add($"Saga:Deadline is {options.Deadline}; it must be from 00:00:01 to 23:00:00.");
        }

        if (options.ReservationLifetime <= options.Deadline || options.ReservationLifetime > TimeSpan.FromDays(1))
        {
            problems.Add($"Saga:ReservationLifetime is {options.ReservationLifetime}; it must be longer than Saga:Deadline and at most 1.00:00:00, or stock is given back while a payment may still succeed.");
        }

        if (options.SweepInterval < TimeSpan.FromSeconds(1) || options.SweepInterval > TimeSpan.FromHours(1))
        {
            problems.Add($"Saga:SweepInterval is {options.SweepInterval}; it must be from 00:00:01 to 01:00:00.");
        }

        if (options.SweepAfter < TimeSpan.Zero || options.SweepAfter > TimeSpan.FromDays(1))
        {
            problems.Add($"Saga:SweepAfter is {options.SweepAfter}; it must be from 00:00:00 to 1.00:00:00.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
