using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>
/// Names what a task waits for, to tell people which line of their workflow does not belong there. It follows the compiler's state machines
/// from await to await. Those are no contract of .NET: what it does not recognise it leaves out, and it is asked only when all is lost.
/// </summary>
internal static class ForeignAwait
{
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private const string AwaiterPrefix = "<>u__";

    /// <summary>What a workflow's task waits for, and where, e.g. "in OrderWorkflow.RunAsync for Task.Delay, which"; "for something that" when that cannot be told.</summary>
    public static string Describe(Task workflow)
    {
        string? method = null;
        var task = workflow;
        while (StateMachineOf(task) is { } machine && !IsOfFramework(machine.GetType()))
        {
            // What the SDK itself awaits for a workflow is not where its author looks.
            method = IsOfSdk(machine.GetType()) ? method : MethodOf(machine.GetType());
            var (awaited, other) = AwaitedBy(machine);
            if (awaited is null)
            {
                return Words(method, other is null ? null : NameOf(other));
            }

            task = awaited;
        }

        return Words(method, NameOf(task));
    }

    private static string Words(string? method, string? awaited) =>
        (method is null ? "" : $"in {method} ") + (awaited is null ? "for something that" : $"for {awaited}, which");

    private static string NameOf(Task task)
    {
        if (StateMachineOf(task) is { } machine)
        {
            return MethodOf(machine.GetType());
        }

        var type = task.GetType();
        return type.Name switch
        {
            _ when Parts(task).FirstOrDefault(part => !part.IsCompleted) is { } part => NameOf(part),
            _ when type.DeclaringType == typeof(Task) => $"Task.{type.Name.Split("Promise")[0]}",
            _ when type.Name.StartsWith("UnwrapPromise", StringComparison.Ordinal) || ValueOf(task, typeof(Task), "m_action") is not null => "Task.Run",
            "Task" or "Task`1" => "a task that other code completes",
            _ => NameOf(type),
        };
    }

    // Task.WhenAny keeps the tasks it waits for in fields.
    private static IEnumerable<Task> Parts(Task task) => task.GetType().DeclaringType != typeof(Task) ? [] : task.GetType().GetFields(Fields | BindingFlags.DeclaredOnly)
        .Select(field => field.GetValue(task))
        .SelectMany(value => value switch { Task one => [one], IEnumerable many => many.OfType<Task>(), _ => [] });

    private static string NameOf(Type awaited) => awaited == typeof(YieldAwaitable.YieldAwaiter) ? "Task.Yield" : Plain((awaited.DeclaringType ?? awaited).Name);

    private static object? StateMachineOf(Task task) =>
        task.GetType().Name.StartsWith("AsyncStateMachineBox", StringComparison.Ordinal) ? ValueOf(task, task.GetType(), "StateMachine") : null;

    private static (Task? Task, Type? Other) AwaitedBy(object machine)
    {
        Type? other = null;
        foreach (var field in machine.GetType().GetFields(Fields).Where(field => field.Name.StartsWith(AwaiterPrefix, StringComparison.Ordinal)))
        {
            switch (field.GetValue(machine) is { } awaiter ? AwaitedBy(awaiter, awaiter.GetType()) : null)
            {
                case Task task:
                    return (task, null);
                case { } source:
                    other = source as Type ?? source.GetType();
                    break;
                default:
                    break;
            }
        }

        return (null, other);
    }

    // TaskAwaiter holds its task, ValueTaskAwaiter a ValueTask with a task or a source in it; null when there is nothing to wait for any more.
    private static object? AwaitedBy(object awaiter, Type type)
    {
        if (!type.Name.Contains("TaskAwaiter", StringComparison.Ordinal))
        {
            return type;
        }

        var awaited = ValueOf(awaiter, type, "m_task") ?? (ValueOf(awaiter, type, "_value") is { } value ? ValueOf(value, value.GetType(), "_obj") : null);
        return awaited is Task { IsCompleted: true } ? null : awaited;
    }

    private static object? ValueOf(object instance, Type type, string field) => type.GetField(field, Fields)?.GetValue(instance);

    private static bool IsOfFramework(Type machine) => machine.Assembly.GetName().Name is { } name
        && (name is "netstandard" or "mscorlib" || name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal));

    private static bool IsOfSdk(Type machine) => machine.Assembly.GetName().Name is "Dapr.Workflow" or "Dapr.Workflow.Abstractions";

    // "<RunAsync>d__3" in "OrderWorkflow", or in a closure of it; a lambda is named after the method it is in.
    private static string MethodOf(Type machine)
    {
        var name = machine.Name.Trim('<');
        var end = name.IndexOf('>', StringComparison.Ordinal);
        var type = machine.DeclaringType;
        while (type is { DeclaringType: { } outer } && type.Name.StartsWith('<'))
        {
            type = outer;
        }

        var method = end > 0 ? name[..end] : name;
        return type is null ? method : $"{Plain(type.Name)}.{(IsOfFramework(machine) && method.EndsWith("Core", StringComparison.Ordinal) ? method[..^4] : method)}";
    }

    private static string Plain(string type) => type.IndexOf('`', StringComparison.Ordinal) is > 0 and var arity ? type[..arity] : type;
}
