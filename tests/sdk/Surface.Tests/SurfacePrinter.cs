using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Surface.Tests;

/// <summary>Prints the public and protected surface of an assembly, one line per member, in the format of the lists in data/.</summary>
internal static class SurfacePrinter
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<string> Print(Assembly assembly) =>
        [.. assembly.GetExportedTypes().SelectMany(Lines).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Lines(Type type)
    {
        yield return Header(type);
        if (type.IsEnum)
        {
            foreach (var value in Enum.GetValues(type))
            {
                yield return $"{TypeName.Of(type)}.{value} = {System.Convert.ToInt64(value, CultureInfo.InvariantCulture)}";
            }

            yield break;
        }

        foreach (var member in type.GetMembers(Declared).Select(Member).OfType<string>())
        {
            yield return $"{TypeName.Of(type)}: {member}";
        }
    }

    private static string Header(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        var bases = type.IsEnum ? [] : type.GetInterfaces().Where(candidate => candidate.IsVisible).Select(TypeName.Of).Order(StringComparer.Ordinal).ToList();
        if (type is { IsClass: true, BaseType: { } parent } && parent != typeof(object))
        {
            bases.Insert(0, TypeName.Of(parent));
        }

        return $"{kind} {TypeName.Of(type)}{(bases.Count == 0 ? string.Empty : $" : {string.Join(", ", bases)}")}{Marks(type)}";
    }

    private static string? Member(MemberInfo member) => member switch
    {
        ConstructorInfo constructor when IsVisible(constructor) && !constructor.IsStatic =>
            $"{Access(constructor)}.ctor({Parameters(constructor)}){Marks(constructor)}",
        PropertyInfo property => Property(property),
        FieldInfo field when field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly => Field(field),
        MethodInfo method when IsVisible(method) && IsWritten(method) =>
            $"{Access(method)}{Modifier(method)}{TypeName.Of(method.ReturnType)} {method.Name}{Generics(method)}({Parameters(method)}){Marks(method)}",
        _ => null,
    };

    private static bool IsWritten(MethodInfo method) =>
        (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) && method.GetCustomAttribute<CompilerGeneratedAttribute>() is null;

    private static string Field(FieldInfo field)
    {
        var value = field.IsLiteral ? $" = {field.GetRawConstantValue()}" : string.Empty;
        var modifier = field.IsLiteral ? "const " : field.IsStatic ? "static " : string.Empty;
        return $"{(field.IsPublic ? string.Empty : "protected ")}{modifier}{TypeName.Of(field.FieldType)} {field.Name}{value}{Marks(field)}";
    }

    private static string? Property(PropertyInfo property)
    {
        var getter = property.GetMethod is { } get && IsVisible(get) ? get : null;
        var setter = property.SetMethod is { } set && IsVisible(set) ? set : null;
        if ((getter ?? setter) is not { } accessor)
        {
            return null;
        }

        var modifier = accessor switch
        {
            { IsStatic: true } => "static ",
            { IsAbstract: true } => "abstract ",
            { IsVirtual: true, IsFinal: false } => "virtual ",
            _ => string.Empty,
        };
        var isInit = setter?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        var accessors = (getter is null ? string.Empty : "get; ") + (setter is null ? string.Empty : isInit ? "init; " : "set; ");
        return $"{Access(accessor)}{modifier}{TypeName.Of(property.PropertyType)} {property.Name} {{ {accessors}}}{Marks(property)}";
    }

    private static string Modifier(MethodInfo method) => method switch
    {
        { IsStatic: true } => "static ",
        { IsAbstract: true } => "abstract ",
        { IsVirtual: true } when method.GetBaseDefinition().DeclaringType != method.DeclaringType => "override ",
        { IsVirtual: true, IsFinal: false } => "virtual ",
        _ => string.Empty,
    };

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? string.Empty : "protected ";

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(Generic))}>" : string.Empty;

    private static string Generic(Type parameter)
    {
        var constraints = parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(TypeName.Of).Order(StringComparer.Ordinal).ToList();
        var flags = parameter.GenericParameterAttributes;
        if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            constraints.Insert(0, "class");
        }

        if (flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
        {
            constraints.Add("new()");
        }

        return constraints.Count == 0 ? parameter.Name : $"{parameter.Name} where {string.Join('&', constraints)}";
    }

    private static string Parameters(MethodBase method)
    {
        var isExtension = method.IsDefined(typeof(ExtensionAttribute));
        return string.Join(", ", method.GetParameters().Select((parameter, index) =>
            $"{(isExtension && index == 0 ? "this " : string.Empty)}{(parameter.IsOut ? "out " : string.Empty)}{TypeName.Of(parameter.ParameterType)} {parameter.Name}{Default(parameter)}"));
    }

    private static string Default(ParameterInfo parameter)
    {
        if (!parameter.HasDefaultValue)
        {
            return string.Empty;
        }

        var isStruct = parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null;
        return parameter.RawDefaultValue switch
        {
            null => isStruct ? " = default" : " = null",
            string text => $" = \"{text}\"",
            bool flag => flag ? " = true" : " = false",
            var value => string.Create(CultureInfo.InvariantCulture, $" = {value}"),
        };
    }

    private static string Marks(MemberInfo member) =>
        (member.IsDefined(typeof(ObsoleteAttribute), inherit: false) ? " [Obsolete]" : string.Empty)
        + (member.GetCustomAttribute<ExperimentalAttribute>(inherit: false) is { } experimental ? $" [Experimental({experimental.DiagnosticId})]" : string.Empty);
}
