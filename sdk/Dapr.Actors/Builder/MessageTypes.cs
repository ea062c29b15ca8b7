using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Serialization;

namespace Dapr.Actors.Builder;

/// <summary>
/// Makes the types that hold arguments and results: a data contract with a public field for each, under the names the official packages give.
/// </summary>
internal static class MessageTypes
{
    private static readonly Lock Gate = new();
    private static readonly ModuleBuilder Module = AssemblyBuilder
        .DefineDynamicAssembly(new AssemblyName("Dapr.Actors.Messages"), AssemblyBuilderAccess.Run)
        .DefineDynamicModule("Dapr.Actors.Messages");

    private static readonly CustomAttributeBuilder Contract = new(
        typeof(DataContractAttribute).GetConstructor(Type.EmptyTypes)!,
        [],
        [typeof(DataContractAttribute).GetProperty(nameof(DataContractAttribute.Namespace))!],
        [WireNames.Namespace]);

    private static readonly CustomAttributeBuilder Member = new(typeof(DataMemberAttribute).GetConstructor(Type.EmptyTypes)!, []);
    private static int count;

    /// <summary>A new type; its data contract has the plain name.</summary>
    public static Type Define(Type owner, string name, IReadOnlyList<(Type Type, string Name)> fields)
    {
        lock (Gate)
        {
            // Interfaces of one name may come from several assemblies.
            var type = Module.DefineType($"Messages{count++}.{owner.FullName}.{name}", TypeAttributes.Public | TypeAttributes.Class);
            type.SetCustomAttribute(Contract);
            foreach (var field in fields)
            {
                type.DefineField(field.Name, field.Type, FieldAttributes.Public).SetCustomAttribute(Member);
            }

            return type.CreateType();
        }
    }
}
