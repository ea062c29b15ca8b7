using System.Diagnostics;
using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Worker;

/// <summary>Connects what runs here with the trace that started the workflow.</summary>
internal static class WorkItemTrace
{
    internal const string SourceName = "Dapr.Workflow";
    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A span of its own below the given parent; without listeners only the context that calls pass on.</summary>
    internal static Activity? Start(string name, Proto.TraceContext? parent)
    {
        var context = Parse(parent);
        return Source.StartActivity(name, ActivityKind.Internal, context) ?? Plain(name, context);
    }

    /// <summary>The given parent's context, for log lines, without a span: a turn is repeated too often to be one.</summary>
    internal static Activity? Continue(string name, Proto.TraceContext? parent) => Plain(name, Parse(parent));

    private static ActivityContext Parse(Proto.TraceContext? trace) =>
        ActivityContext.TryParse(trace?.TraceParent, trace?.TraceState, isRemote: true, out var context) ? context : default;

    private static Activity? Plain(string name, ActivityContext parent)
    {
        if (parent == default)
        {
            return null;
        }

        var activity = new Activity(name).SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
        activity.TraceStateString = parent.TraceState;
        return activity.Start();
    }
}
