using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Dapr.AspNetCore;

/// <summary>Gives parameters marked with [FromState] their binder.</summary>
internal sealed class StateEntryModelBinderProvider : IModelBinderProvider
{
    public IModelBinder? GetBinder(ModelBinderProviderContext context)
    {
        if (context.BindingInfo.BindingSource is not StateBindingSource source)
        {
            return null;
        }

        var type = context.Metadata.ModelType;
        var isEntry = IsStateEntry(type);
        var binder = typeof(StateEntryModelBinder<>).MakeGenericType(isEntry ? type.GetGenericArguments()[0] : type);
        return (IModelBinder)Activator.CreateInstance(binder, source.StoreName, source.Key, isEntry)!;
    }

    internal static bool IsStateEntry(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(StateEntry<>);
}
