using System.Reflection;

namespace Dapr.Actors.Builder;

/// <summary>What an actor interface may be.</summary>
internal static class ActorInterfaceRules
{
    private const string Name = "actorInterfaceType";

    /// <summary>The actor interfaces of a type: those all of whose ancestors are actor interfaces too.</summary>
    internal static IReadOnlyList<Type> InterfacesOf(Type type) => [.. type.GetInterfaces().Where(candidate => candidate != typeof(IActor) && IsActorInterface(candidate))];

    /// <summary>Throws unless a type is an actor interface whose methods can be called from afar.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    internal static void Ensure(Type type)
    {
        if (!type.IsInterface)
        {
            throw new ArgumentException($"The type '{type.FullName}' is not an Actor interface as it is not an interface.", Name);
        }

        if (!IsActorInterface(type))
        {
            throw new ArgumentException($"The type '{type.FullName}' is not an actor interface as it or an interface it derives from does not derive from '{typeof(IActor).FullName}'.", Name);
        }

        if (type.IsGenericType)
        {
            throw new ArgumentException($"The actor interface '{type.FullName}' is using generics. Generic interfaces cannot be remoted.", Name);
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var method in type.GetMethods())
        {
            if (Problem(method, names) is { } problem)
            {
                throw new ArgumentException($"Method '{method.Name}' of actor interface '{type.FullName}' {problem}", Name);
            }
        }
    }

    private static bool IsActorInterface(Type type) =>
        type == typeof(IActor) || (type.IsInterface && typeof(IActor).IsAssignableFrom(type) && type.GetInterfaces().All(IsActorInterface));

    private static string? Problem(MethodInfo method, HashSet<string> names) =>
        !names.Add(method.Name) ? "is overloaded. The actor interface methods cannot be overloaded."
        : method.IsGenericMethod ? "is using generics. The actor interface methods cannot use generics."
        : method.CallingConvention.HasFlag(CallingConventions.VarArgs) ? "is using a variable argument list. The actor interface methods cannot have a variable argument list."
        : !IsTask(method.ReturnType) ? "does not return Task or Task<>. The actor interface methods must be async and must return either Task or Task<>."
        : method.GetParameters().Select((parameter, index) => Problem(parameter, index == method.GetParameters().Length - 1)).FirstOrDefault(problem => problem is not null);

    private static string? Problem(ParameterInfo parameter, bool isLast)
    {
        if (parameter.ParameterType == typeof(CancellationToken))
        {
            return isLast ? null : "has a cancellation token that is not its last parameter.";
        }

        return parameter.IsOut || parameter.IsIn || parameter.IsOptional || parameter.ParameterType.IsByRef
            ? $"has out/ref/optional parameter '{parameter.Name}'. The actor interface methods must not have out, ref or optional parameters."
            : parameter.IsDefined(typeof(ParamArrayAttribute), inherit: false)
            ? $"has variable length parameter '{parameter.Name}'. The actor interface methods must not have variable length parameters."
            : null;
    }

    private static bool IsTask(Type type) => type == typeof(Task) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>));
}
