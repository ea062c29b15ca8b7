using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using Dapr.Actors.Client;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Builder;

/// <summary>
/// Makes the proxy type of an actor interface: it derives from <see cref="ActorProxy"/>, and each of its methods puts the arguments into a
/// message and hands that to the proxy.
/// </summary>
internal static class ActorProxyTypes
{
    private const BindingFlags Inherited = BindingFlags.Instance | BindingFlags.NonPublic;
    private static readonly Lock Gate = new();
    private static readonly ConcurrentDictionary<Type, IProxyActivator> Activators = new();
    private static readonly ModuleBuilder Module = AssemblyBuilder
        .DefineDynamicAssembly(new AssemblyName("Dapr.Actors.Proxies"), AssemblyBuilderAccess.Run)
        .DefineDynamicModule("Dapr.Actors.Proxies");

    private static readonly ConstructorInfo BaseConstructor = typeof(ActorProxy).GetConstructor(Inherited, Type.EmptyTypes)!;
    private static readonly MethodInfo CreateBody = typeof(ActorProxy).GetMethod("CreateRequestMessageBody", Inherited)!;
    private static readonly MethodInfo Invoke = typeof(ActorProxy).GetMethod(
        "InvokeMethodAsync", Inherited, [typeof(int), typeof(int), typeof(string), typeof(IActorRequestMessageBody), typeof(CancellationToken)])!;

    private static readonly MethodInfo Result = typeof(ActorProxy).GetMethod("ContinueWithResult", Inherited)!;
    private static int count;

    /// <summary>Makes the proxies of an interface.</summary>
    /// <exception cref="ArgumentException">It is no actor interface, or not public.</exception>
    public static IProxyActivator Of(Type actorInterface) => Activators.GetOrAdd(actorInterface, static type =>
    {
        var interfaces = new[] { type }.Concat(ActorInterfaceRules.InterfacesOf(type)).Select(ActorInterface.Of).ToList();
        if (!type.IsVisible)
        {
            throw new ArgumentException($"The actor interface '{type.FullName}' must be public, as must be the types it is nested in, for a proxy to implement it.", nameof(actorInterface));
        }

        lock (Gate)
        {
            var constructor = Define(type, interfaces).GetConstructor(Type.EmptyTypes)!;
            return new ProxyActivator(() => (ActorProxy)constructor.Invoke(null));
        }
    });

    private static Type Define(Type type, IReadOnlyList<ActorInterface> interfaces)
    {
        var proxy = Module.DefineType($"Proxies{count++}.{type.Name}Proxy", TypeAttributes.Public | TypeAttributes.Sealed | TypeAttributes.Class, typeof(ActorProxy));
        foreach (var implemented in interfaces)
        {
            proxy.AddInterfaceImplementation(implemented.Type);
            foreach (var method in implemented.Methods)
            {
                Implement(proxy, implemented, method);
            }
        }

        var constructor = proxy.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, Type.EmptyTypes).GetILGenerator();
        constructor.Emit(OpCodes.Ldarg_0);
        constructor.Emit(OpCodes.Call, BaseConstructor);
        constructor.Emit(OpCodes.Ret);
        return proxy.CreateType();
    }

    // R M(A a, B b) => this.ContinueWithResult<R>(i, m, this.InvokeMethodAsync(i, m, "M", body { a, b }, token)), the first call only with a result.
    private static void Implement(TypeBuilder proxy, ActorInterface actorInterface, ActorMethod method)
    {
        const MethodAttributes Explicit = MethodAttributes.Private | MethodAttributes.HideBySig | MethodAttributes.NewSlot | MethodAttributes.Virtual | MethodAttributes.Final;
        Type[] parameters = [.. method.Info.GetParameters().Select(parameter => parameter.ParameterType)];
        var builder = proxy.DefineMethod($"{actorInterface.Type.FullName}.{method.Name}", Explicit, method.Info.ReturnType, parameters);
        proxy.DefineMethodOverride(builder, method.Info);
        var code = builder.GetILGenerator();
        if (method.ResultType is not null)
        {
            LoadIds(code, actorInterface, method);
        }

        LoadIds(code, actorInterface, method);
        code.Emit(OpCodes.Ldstr, method.Name);
        LoadBody(code, actorInterface, method);
        LoadToken(code, method, parameters.Length);
        code.Emit(OpCodes.Call, Invoke);
        if (method.ResultType is { } result)
        {
            code.Emit(OpCodes.Call, Result.MakeGenericMethod(result));
        }

        code.Emit(OpCodes.Ret);
    }

    private static void LoadIds(ILGenerator code, ActorInterface actorInterface, ActorMethod method)
    {
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldc_I4, actorInterface.Id);
        code.Emit(OpCodes.Ldc_I4, method.Id);
    }

    private static void LoadBody(ILGenerator code, ActorInterface actorInterface, ActorMethod method)
    {
        if (method.RequestType is not { } type)
        {
            code.Emit(OpCodes.Ldnull);
            return;
        }

        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldstr, actorInterface.Type.FullName!);
        code.Emit(OpCodes.Ldstr, method.Name);
        code.Emit(OpCodes.Ldc_I4, method.Arguments.Count);
        code.Emit(OpCodes.Newobj, type.GetConstructor(Type.EmptyTypes)!);
        foreach (var argument in method.Arguments)
        {
            code.Emit(OpCodes.Dup);
            code.Emit(OpCodes.Ldarg, (short)(argument.Position + 1));
            code.Emit(OpCodes.Stfld, type.GetField(argument.Name!)!);
        }

        code.Emit(OpCodes.Call, CreateBody);
    }

    private static void LoadToken(ILGenerator code, ActorMethod method, int parameters)
    {
        if (method.TakesCancellation)
        {
            code.Emit(OpCodes.Ldarg, (short)parameters);
            return;
        }

        var none = code.DeclareLocal(typeof(CancellationToken));
        code.Emit(OpCodes.Ldloca, none);
        code.Emit(OpCodes.Initobj, typeof(CancellationToken));
        code.Emit(OpCodes.Ldloc, none);
    }

    private sealed class ProxyActivator(Func<ActorProxy> create) : IProxyActivator
    {
        public IActorProxy CreateInstance() => create();
    }
}
