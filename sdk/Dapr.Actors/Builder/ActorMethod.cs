using System.Reflection;

namespace Dapr.Actors.Builder;

/// <summary>A method of an actor interface.</summary>
/// <param name="Info">The method.</param>
/// <param name="Id">Its id on the wire.</param>
/// <param name="Arguments">Its parameters without the cancellation token.</param>
/// <param name="TakesCancellation">Whether its last parameter is a cancellation token.</param>
/// <param name="RequestType">The type with a field per argument; null without arguments.</param>
/// <param name="ResponseType">The type with a field for the result; null without a result.</param>
internal sealed record ActorMethod(MethodInfo Info, int Id, IReadOnlyList<ParameterInfo> Arguments, bool TakesCancellation, Type? RequestType, Type? ResponseType)
{
    private static readonly MethodInfo Await = typeof(ActorMethod).GetMethod(nameof(AwaitResultAsync), BindingFlags.Static | BindingFlags.NonPublic)!;
    private readonly Func<Task, Task<object?>>? result = Info.ReturnType.IsGenericType
        ? Await.MakeGenericMethod(Info.ReturnType.GetGenericArguments()[0]).CreateDelegate<Func<Task, Task<object?>>>()
        : null;

    public string Name => Info.Name;

    /// <summary>The type of the result; null when there is none.</summary>
    public Type? ResultType => Info.ReturnType.IsGenericType ? Info.ReturnType.GetGenericArguments()[0] : null;

    /// <summary>Calls the method and waits for it; null when it has no result.</summary>
    public async Task<object?> InvokeAsync(object actor, IReadOnlyList<object?> arguments, CancellationToken cancellationToken)
    {
        object?[] all = TakesCancellation ? [.. arguments, cancellationToken] : [.. arguments];
        var task = (Task?)Info.Invoke(actor, BindingFlags.DoNotWrapExceptions, binder: null, all, culture: null)
            ?? throw new InvalidOperationException($"Method {Info.DeclaringType?.Name}.{Name} returned null instead of a task.");
        if (result is not null)
        {
            return await result(task);
        }

        await task;
        return null;
    }

    private static async Task<object?> AwaitResultAsync<T>(Task task) => await (Task<T>)task;
}
