namespace Dapr.Workflow.Client;

/// <summary>Builds <see cref="StartWorkflowOptions"/>.</summary>
public sealed class StartWorkflowOptionsBuilder
{
    private readonly StartWorkflowOptions options = new();

    /// <summary>The built options.</summary>
    public static implicit operator StartWorkflowOptions(StartWorkflowOptionsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Build();
    }

    /// <summary>Sets the instance's id.</summary>
    public StartWorkflowOptionsBuilder WithInstanceId(string instanceId)
    {
        options.InstanceId = instanceId;
        return this;
    }

    /// <summary>Sets when it starts.</summary>
    public StartWorkflowOptionsBuilder StartAt(DateTimeOffset startAt)
    {
        options.StartAt = startAt;
        return this;
    }

    /// <summary>Sets when it starts, from now.</summary>
    public StartWorkflowOptionsBuilder StartAfter(TimeSpan delay)
    {
        options.StartAt = TimeProvider.System.GetUtcNow().Add(delay);
        return this;
    }

    /// <summary>The options.</summary>
    public StartWorkflowOptions Build() => options;
}
