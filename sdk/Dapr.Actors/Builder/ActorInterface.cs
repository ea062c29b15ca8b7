using System.Collections.Concurrent;
using System.Reflection;

namespace Dapr.Actors.Builder;

/// <summary>
/// An actor interface as it is called from afar. Invariant: one that breaks a rule of actor interfaces never comes into being; its ids are
/// those of the official packages, so that both sides of a call may have either.
/// </summary>
internal sealed class ActorInterface
{
    internal const string ResultField = "retVal";

    private static readonly ConcurrentDictionary<Type, ActorInterface> Known = new();
    private static readonly ConcurrentDictionary<int, ActorInterface> KnownIds = new();
    private readonly Dictionary<int, ActorMethod> methods;

    private ActorInterface(Type type)
    {
        Type = type;
        Id = Crc64.Id(type.Namespace + type.Name);
        methods = type.GetMethods().Select(method => Method(method, type)).ToDictionary(method => method.Id);
    }

    public Type Type { get; }

    public int Id { get; }

    public IReadOnlyCollection<ActorMethod> Methods => methods.Values;

    /// <summary>The description of an interface.</summary>
    /// <exception cref="ArgumentException">It is no actor interface.</exception>
    public static ActorInterface Of(Type type) => Known.GetOrAdd(type, static type =>
    {
        ActorInterfaceRules.Ensure(type);
        var created = new ActorInterface(type);
        KnownIds[created.Id] = created;
        return created;
    });

    /// <summary>The description of an interface that was described before.</summary>
    /// <exception cref="ArgumentException">None was.</exception>
    public static ActorInterface OfId(int interfaceId) =>
        KnownIds.TryGetValue(interfaceId, out var known) ? known : throw new ArgumentException($"No interface found with this Id  {interfaceId}");

    /// <summary>A method by its id.</summary>
    /// <exception cref="MissingMethodException">The interface has none with that id.</exception>
    public ActorMethod Method(int methodId) =>
        methods.TryGetValue(methodId, out var method) ? method : throw new MissingMethodException($"Method Id '{methodId}' for interface Id '{Id}' not found in service implementation.");

    private static ActorMethod Method(MethodInfo method, Type type)
    {
        var parameters = method.GetParameters();
        var arguments = parameters.Where(parameter => parameter.ParameterType != typeof(CancellationToken)).ToList();
        return new ActorMethod(
            method,
            Crc64.Id(method.DeclaringType!.Name + method.DeclaringType.Namespace + method.Name),
            arguments,
            arguments.Count < parameters.Length,
            arguments.Count == 0 ? null : MessageTypes.Define(type, $"{method.Name}ReqBody", [.. arguments.Select(argument => (argument.ParameterType, argument.Name!))]),
            method.ReturnType.IsGenericType ? MessageTypes.Define(type, $"{method.Name}RespBody", [(method.ReturnType.GetGenericArguments()[0], ResultField)]) : null);
    }
}
