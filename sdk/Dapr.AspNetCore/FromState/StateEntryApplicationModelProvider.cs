using Microsoft.AspNetCore.Mvc.ApplicationModels;

namespace Dapr.AspNetCore;

/// <summary>Refuses, at start, a StateEntry parameter that does not say where it comes from.</summary>
internal sealed class StateEntryApplicationModelProvider : IApplicationModelProvider
{
    public int Order => 0;

    public void OnProvidersExecuting(ApplicationModelProviderContext context)
    {
    }

    public void OnProvidersExecuted(ApplicationModelProviderContext context)
    {
        var parameters = context.Result.Controllers.SelectMany(controller => controller.Actions).SelectMany(action => action.Parameters);
        foreach (var parameter in parameters.Where(parameter => StateEntryModelBinderProvider.IsStateEntry(parameter.ParameterType)))
        {
            if (parameter.BindingInfo?.BindingSource is not StateBindingSource)
            {
                throw new InvalidOperationException($"Parameter '{parameter.ParameterName}' of {parameter.Action.DisplayName} is a StateEntry: mark it with [FromState].");
            }
        }
    }
}
