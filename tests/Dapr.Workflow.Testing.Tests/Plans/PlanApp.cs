namespace Dapr.Workflow.Testing.Tests.Plans;

/// <summary>The app whose workflows are plans, and the world its activities change: the effect behind a business key happens once, however often it is asked for.</summary>
internal sealed class PlanApp
{
    /// <summary>Name of the activity that brings the effect about and answers its key.</summary>
    public const string Do = "do";

    /// <summary>Name of the activity that brings the effect about and fails all the same.</summary>
    public const string DoAndFail = "do and fail";

    /// <summary>Name of the activity that fails without an effect.</summary>
    public const string Refuse = "refuse";

    private readonly HashSet<string> _effects = new(StringComparer.Ordinal);

    /// <summary>The effects that there are, by business key.</summary>
    public IReadOnlySet<string> Effects
    {
        get
        {
            lock (_effects)
            {
                return _effects.ToHashSet(StringComparer.Ordinal);
            }
        }
    }

    public void Register(WorkflowRuntimeOptions options)
    {
        options.RegisterWorkflow<PlanWorkflow>();
        options.RegisterActivity<string, string>(Do, (_, key) => Task.FromResult(Effect(key)));
        options.RegisterActivity<string, string>(DoAndFail, (_, key) => throw new InvalidOperationException($"fails after {Effect(key)}"));
        options.RegisterActivity<string, string>(Refuse, (_, key) => throw new InvalidOperationException($"refuses {key}"));
    }

    private string Effect(string key)
    {
        lock (_effects)
        {
            _effects.Add(key);
            return key;
        }
    }
}
