using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Sidecar.Api.Http;
using Sidecar.Invocation;
using Sidecar.Resiliency;
using Sidecar.Schedules;

namespace Sidecar.Actors;

/// <summary><c>/v1.0/actors/TYPE/ID/method|state|reminders|timers</c>.</summary>
internal sealed class ActorsApi(RuntimeServices services, Func<ActorsBuildingBlock> block) : IHttpApi
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public IReadOnlyList<string> Prefixes { get; } = ["v1.0/actors"];

    private string Namespace => services.Namespace.Length > 0 ? services.Namespace : "default";

    public async Task HandleAsync(HttpContext context, string rest)
    {
        if (Route(context.Request.Method, rest.Split('/')) is not { } handle)
        {
            await ApiError.NoRoute.WriteAsync(context);
            return;
        }

        var parts = rest.Split('/').Select(RequestMetadata.Decode).ToList();
        if (parts.Contains(null))
        {
            await RequestMetadata.WriteBadPathAsync(context);
            return;
        }

        var address = new Address(parts[0]!, parts[1]!, parts.Count > 3 ? parts[3]! : "");
        var error = services.Options.HasPlacement ? await handle(context, address) : ActorErrors.NoPlacement;
        if (error is not null)
        {
            await error.WriteAsync(context);
        }
    }

    private Func<HttpContext, Address, Task<ApiError?>>? Route(string verb, string[] parts)
    {
        if (parts.Length is < 3 or > 4 || parts.Contains(""))
        {
            return null;
        }

        var writes = HttpMethods.IsPost(verb) || HttpMethods.IsPut(verb);
        var reads = HttpMethods.IsGet(verb);
        var deletes = HttpMethods.IsDelete(verb);
        return (parts[2], parts.Length) switch
        {
            ("method", 4) when writes || reads || deletes => InvokeAsync,
            ("state", 3) when writes => SaveStateAsync,
            ("state", 4) when reads => GetStateAsync,
            ("reminders", 4) when writes => CreateReminderAsync,
            ("reminders", 4) when reads => GetReminderAsync,
            ("reminders", 4) when deletes => DeleteReminderAsync,
            ("timers", 4) when writes => CreateTimerAsync,
            ("timers", 4) when deletes => DeleteTimerAsync,
            _ => null,
        };
    }

    private async Task<ApiError?> InvokeAsync(HttpContext context, Address address)
    {
        if (ActorNames.Problem(address.Type) is { } badType)
        {
            return ActorErrors.BadRequest($"invalid actorType: {badType}");
        }

        if (ActorNames.Problem(address.Id) is { } badId)
        {
            return ActorErrors.BadRequest($"invalid actorId: {badId}");
        }

        if (ActorNames.CleanMethod(address.Name, out var badMethod) is not { } method)
        {
            return ActorErrors.BadRequest(badMethod!);
        }

        var (_, query) = RequestPath.Split(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        var (body, complete) = await RequestBytes.ReadAsync(context);
        if (!complete)
        {
            return ActorErrors.BadRequest("failed to read body: http: request body too large");
        }

        var reentrancy = context.Request.Headers[ActorHost.ReentrancyHeader];
        var call = new ActorCall(address.Type, address.Id, method, query, body, request => Prepare(context.Request, request), StringValues.IsNullOrEmpty(reentrancy) ? null : reentrancy[0]);
        try
        {
            var result = await block().Router.CallAsync(call, services.Tracing.Of(context), context.RequestAborted);
            if (result.Failure is { } failure)
            {
                return failure.Kind == ActorFailureKind.StackDepth ? ActorErrors.StackDepth : ActorErrors.Invoke(failure.Message);
            }

            using var response = result.Answer!.Response;
            await WriteAsync(context, result.Answer);
            return null;
        }
        catch (CircuitOpenException exception)
        {
            return ActorErrors.Invoke(exception.Message);
        }
    }

    // Who calls is said by the sidecar, never by the client.
    private void Prepare(HttpRequest from, HttpRequestMessage to)
    {
        ForwardedHeaders.CopyToApp(from.Headers, to);
        to.Headers.Remove("dapr-caller-app-id");
        to.Headers.Remove("dapr-caller-namespace");
        to.Headers.TryAddWithoutValidation("dapr-caller-app-id", services.AppId);
        to.Headers.TryAddWithoutValidation("dapr-caller-namespace", Namespace);
        to.Headers.TryAddWithoutValidation("dapr-api-call", "true");
    }

    private static async Task WriteAsync(HttpContext context, ActorAnswer answer)
    {
        context.Response.StatusCode = (int)answer.Status;
        ForwardedHeaders.CopyToCaller(answer.Response, context.Response);
        context.Response.ContentType ??= "application/json";
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.BodyWriter.WriteAsync(answer.Body, context.RequestAborted);
    }

    private async Task<ApiError?> SaveStateAsync(HttpContext context, Address address)
    {
        if (ActorNames.IsReserved(address.Type))
        {
            return ActorErrors.Reserved(address.Type);
        }

        var (body, error) = await ReadAsync(context);
        using (body)
        {
            return error ?? Empty(context, await block().State.TransactAsync(address.Type, address.Id, body!.RootElement, context.RequestAborted));
        }
    }

    private async Task<ApiError?> GetStateAsync(HttpContext context, Address address)
    {
        if (ActorNames.IsReserved(address.Type))
        {
            return ActorErrors.Reserved(address.Type);
        }

        if (!block().State.Exists)
        {
            return ActorErrors.NoStore;
        }

        State.StateItem? item;
        try
        {
            item = await block().State.GetAsync(address.Type, address.Id, address.Name, context.RequestAborted);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            return ActorErrors.StateGet(exception.Message);
        }

        if (item is null || item.Data.IsEmpty)
        {
            return Empty(context, null);
        }

        await State.StateAnswer.WriteAsync(context, item);
        return null;
    }

    private async Task<ApiError?> CreateReminderAsync(HttpContext context, Address address)
    {
        var (body, error) = await ReadCallbackAsync(context, address, isTimer: false);
        return error ?? Empty(context, await block().Reminders.CreateAsync(address.Type, address.Id, address.Name, body!, context.RequestAborted));
    }

    private async Task<ApiError?> GetReminderAsync(HttpContext context, Address address)
    {
        if (ActorNames.IsReserved(address.Type))
        {
            return ActorErrors.Reserved(address.Type);
        }

        var (entry, error) = await block().Reminders.GetAsync(address.Type, address.Id, address.Name, context.RequestAborted);
        if (entry is null)
        {
            return error;
        }

        context.Response.ContentType = "application/json";
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter, Relaxed))
        {
            WriteReminder(json, address, entry.Definition.Request);
        }

        await context.Response.BodyWriter.WriteAsync("\n"u8.ToArray(), context.RequestAborted);
        return null;
    }

    private static void WriteReminder(Utf8JsonWriter json, Address address, ScheduleRequest request)
    {
        json.WriteStartObject();
        json.WriteString("actorID", address.Id);
        json.WriteString("actorType", address.Type);
        if (request.Data is { Bytes.IsEmpty: false } data)
        {
            json.WritePropertyName("data");
            json.WriteRawValue(data.Bytes.Span, skipInputValidation: true);
        }

        if (request.DueTime is { } due)
        {
            json.WriteString("dueTime", due);
        }

        if (request.Schedule is { } period)
        {
            json.WriteString("period", period);
        }

        if (request.TimeToLive is { } lifetime && DaprTime.TryParseRfc3339(lifetime, out _))
        {
            json.WriteString("ttl", lifetime);
        }

        json.WriteEndObject();
    }

    private async Task<ApiError?> DeleteReminderAsync(HttpContext context, Address address) => ActorNames.IsReserved(address.Type)
        ? ActorErrors.Reserved(address.Type)
        : Empty(context, await block().Reminders.DeleteAsync(address.Type, address.Id, address.Name, context.RequestAborted));

    private async Task<ApiError?> CreateTimerAsync(HttpContext context, Address address)
    {
        var (body, error) = await ReadCallbackAsync(context, address, isTimer: true);
        return error ?? Empty(context, block().AddTimer(address.Type, address.Id, address.Name, body!));
    }

    private Task<ApiError?> DeleteTimerAsync(HttpContext context, Address address)
    {
        if (ActorNames.IsReserved(address.Type))
        {
            return Task.FromResult<ApiError?>(ActorErrors.Reserved(address.Type));
        }

        block().Timers.Remove(address.Type, address.Id, address.Name);
        return Task.FromResult(Empty(context, null));
    }

    private static async Task<(CallbackRequest? Request, ApiError? Error)> ReadCallbackAsync(HttpContext context, Address address, bool isTimer)
    {
        if (ActorNames.IsReserved(address.Type))
        {
            return (null, ActorErrors.Reserved(address.Type));
        }

        var (body, error) = await ReadAsync(context);
        using (body)
        {
            if (error is not null)
            {
                return (null, error);
            }

            if (CallbackRequest.Read(body!.RootElement, isTimer, out var request) is { } malformed)
            {
                return (null, ActorErrors.Malformed(malformed));
            }

            return ActorNames.Problem(address.Name) is { } problem ? (null, ActorErrors.BadRequest(problem)) : (request, null);
        }
    }

    private static async Task<(JsonDocument? Body, ApiError? Error)> ReadAsync(HttpContext context)
    {
        var (bytes, _) = await RequestBytes.ReadAsync(context);
        var body = GoJson.Decode(bytes, out var error);
        return (body, body is null ? ActorErrors.Malformed(error!) : null);
    }

    private static ApiError? Empty(HttpContext context, ApiError? error)
    {
        if (error is null)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }

        return error;
    }

    /// <summary>The decoded parts of the path.</summary>
    private sealed record Address(string Type, string Id, string Name);
}
