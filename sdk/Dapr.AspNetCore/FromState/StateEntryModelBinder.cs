using Dapr.Client;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;
using Microsoft.Extensions.DependencyInjection;

namespace Dapr.AspNetCore;

/// <summary>Loads a parameter from a state store by the key in the route.</summary>
internal sealed class StateEntryModelBinder<T>(string storeName, string? key, bool isStateEntry) : IModelBinder
{
    public async Task BindModelAsync(ModelBindingContext bindingContext)
    {
        ArgumentNullException.ThrowIfNull(bindingContext);
        var name = key ?? bindingContext.FieldName;
        var value = Convert.ToString(bindingContext.HttpContext.Request.RouteValues[name], System.Globalization.CultureInfo.InvariantCulture);
        if (string.IsNullOrEmpty(value))
        {
            bindingContext.ModelState.TryAddModelError(bindingContext.ModelName, $"The route has no value '{name}' to read the state by.");
            return;
        }

        var client = bindingContext.HttpContext.RequestServices.GetRequiredService<DaprClient>();
        var entry = await client.GetStateEntryAsync<T>(storeName, value, cancellationToken: bindingContext.HttpContext.RequestAborted);
        if (isStateEntry)
        {
            Bind(bindingContext, entry);
        }
        else if (entry.Value is null)
        {
            bindingContext.Result = ModelBindingResult.Failed();
        }
        else
        {
            Bind(bindingContext, entry.Value);
        }
    }

    private static void Bind(ModelBindingContext context, object model)
    {
        context.Result = ModelBindingResult.Success(model);
        context.ValidationState.Add(model, new ValidationStateEntry { SuppressValidation = true });
    }
}
