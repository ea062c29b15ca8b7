namespace Sidecar.Faults;

/// <summary>A rule at work, with how often it has hit.</summary>
internal sealed class ActiveFault(FaultRule rule)
{
    private long _hits;

    /// <summary>The rule.</summary>
    public FaultRule Rule { get; } = rule;

    /// <summary>How often it has hit.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Where one waits until a later one has overtaken it.</summary>
    public OvertakingLane Lane { get; } = new(rule.Reorder);

    /// <summary>Whether the rule is about this place.</summary>
    public bool IsAbout(FaultTarget target) =>
        Rule.Place == target.Place && TextPattern.Matches(Rule.App, target.App) && TextPattern.Matches(Rule.Target, target.Name) && TextPattern.Matches(Rule.Component, target.Component);

    /// <summary>Whether it hits this time; a rule that is used up hits no more.</summary>
    public bool Hit(Func<double> random)
    {
        if (random() * 100 >= Rule.Percent)
        {
            return false;
        }

        if (Interlocked.Increment(ref _hits) <= (Rule.Times ?? long.MaxValue))
        {
            return true;
        }

        Interlocked.Decrement(ref _hits);
        return false;
    }
}

/// <summary>A place that a fault may hit.</summary>
/// <param name="Place">Its kind.</param>
/// <param name="App">The app, see <see cref="FaultRule.App"/>.</param>
/// <param name="Name">The path, topic, component or activity.</param>
/// <param name="Component">For a topic its component.</param>
internal readonly record struct FaultTarget(FaultPlace Place, string App, string Name, string Component = "");
