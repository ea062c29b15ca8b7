namespace Sidecar.Faults;

/// <summary>One rule of fault injection: where it applies and what goes wrong there. Patterns know <c>*</c> for any text.</summary>
internal sealed record FaultRule
{
    /// <summary>The name, for <c>status</c> and messages.</summary>
    public required string Name { get; init; }

    /// <summary>What kind of place it is about; default calls of an app's routes.</summary>
    public FaultPlace Place { get; init; }

    /// <summary>The app: for a route the app that is called, else the one whose sidecar does the work. Default any.</summary>
    public string App { get; init; } = "*";

    /// <summary>The route, topic, component or activity; default any.</summary>
    public string Target { get; init; } = "*";

    /// <summary>For a topic: the pub/sub component; default any.</summary>
    public string Component { get; init; } = "*";

    /// <summary>How much later it happens; default not at all.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Up to how much more than <see cref="Latency"/>, drawn anew each time; default nothing.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The failure in place of the call; default none.</summary>
    public FaultError? Error { get; init; }

    /// <summary>What gets lost; default nothing.</summary>
    public FaultDrop Drop { get; init; }

    /// <summary>Whether it happens twice; default no.</summary>
    public bool Duplicate { get; init; }

    /// <summary>How long one waits for a later one to overtake it; default zero, nothing is reordered.</summary>
    public TimeSpan Reorder { get; init; }

    /// <summary>How many of a hundred are hit, above 0 up to 100; default all.</summary>
    public double Percent { get; init; } = 100;

    /// <summary>How many are hit before the rule is used up; default no limit.</summary>
    public long? Times { get; init; }

    /// <summary>What goes wrong, in words.</summary>
    public string Describe()
    {
        List<string> parts = [];
        Say(Latency > TimeSpan.Zero || Jitter > TimeSpan.Zero, $"latency {Latency.TotalMilliseconds:0}{(Jitter > TimeSpan.Zero ? $"-{(Latency + Jitter).TotalMilliseconds:0}" : "")} ms");
        Say(Error is not null, $"error {Error?.Text}");
        Say(Drop != FaultDrop.None, $"drop {Drop.ToString().ToLowerInvariant()}");
        Say(Duplicate, "duplicate");
        Say(Reorder > TimeSpan.Zero, "reorder");
        var place = Place == FaultPlace.Topic && Component != "*" ? $"{Component}/{Target}" : Target;
        return $"{App}: {Place.ToString().ToLowerInvariant()} {place}: {string.Join(", ", parts)}{(Percent < 100 ? $" ({Percent:0.##} %)" : "")}";

        void Say(bool condition, string words)
        {
            if (condition)
            {
                parts.Add(words);
            }
        }
    }
}

/// <summary>The kinds of places where faults are injected.</summary>
internal enum FaultPlace
{
    /// <summary>A call of an app by its sidecar: invocations and whatever else goes to that path of the app.</summary>
    Route,

    /// <summary>The delivery of an event to the app.</summary>
    Topic,

    /// <summary>A call of a component: state, publish, output binding, configuration, lock.</summary>
    Component,

    /// <summary>An activity of a workflow.</summary>
    Activity,
}

/// <summary>What gets lost on the way.</summary>
internal enum FaultDrop
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The request: the other side never sees it.</summary>
    Request,

    /// <summary>The answer: the other side did its work, and the caller does not learn of it.</summary>
    Answer,
}

/// <summary>An injected failure.</summary>
/// <param name="Status">The HTTP status; 0 when there is no answer at all.</param>
/// <param name="Text">What the messages say.</param>
internal sealed record FaultError(int Status, string Text);
