namespace Fuzz;

/// <summary>How much, from which seed, and of what.</summary>
internal sealed record FuzzOptions
{
    public const string Usage = "usage: make fuzz [REQUESTS=500000] [SECONDS=n] [SEED=n] [ONLY=target] [CASE=seed of one case, with ONLY]";

    /// <summary>The number of cases; default 500,000.</summary>
    public int Requests { get; init; } = 500_000;

    /// <summary>The time after which no case begins any more; default none.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>The seed of the run, from which that of each case follows; default a random one.</summary>
    public int Seed { get; init; } = Random.Shared.Next();

    /// <summary>The only target; default all.</summary>
    public string? Only { get; init; }

    /// <summary>The seed of the only case.</summary>
    public int? Case { get; init; }

    /// <summary>Reads <c>--requests N --seconds N --seed N --only TARGET --case SEED</c>; null when they are wrong.</summary>
    public static FuzzOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new FuzzOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            var isNumber = int.TryParse(value, out var number);
            var changed = arguments[i] switch
            {
                "--requests" when isNumber && number > 0 => options with { Requests = number },
                "--seconds" when isNumber && number > 0 => options with { Time = TimeSpan.FromSeconds(number), Requests = int.MaxValue },
                "--seed" when isNumber => options with { Seed = number },
                "--only" when value.Length > 0 => options with { Only = value },
                "--case" when isNumber => options with { Case = number },
                _ => null,
            };
            if (changed is null)
            {
                return null;
            }

            options = changed;
        }

        return options.Case is not null && options.Only is null ? null : options;
    }
}
