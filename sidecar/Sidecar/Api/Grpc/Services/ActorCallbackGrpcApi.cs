using System.Text.Json;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Actors;
using Sidecar.Schedules;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Timers and reminders of actors over gRPC. Their data are bytes, which the app gets as the base64 text that JSON has for bytes.</summary>
internal sealed class ActorCallbackGrpcApi(RuntimeServices services, Func<ActorsBuildingBlock> block) : IGrpcApi
{
    public IReadOnlyList<GrpcMethod> Methods =>
    [
        DaprMethod.Command<RegisterActorTimerRequest>("RegisterActorTimer", AddTimerAsync),
        DaprMethod.Command<UnregisterActorTimerRequest>("UnregisterActorTimer", RemoveTimerAsync),
        DaprMethod.Command<RegisterActorReminderRequest>("RegisterActorReminder", AddReminderAsync),
        DaprMethod.Command<UnregisterActorReminderRequest>("UnregisterActorReminder", RemoveReminderAsync),
        DaprMethod.Unary<GetActorReminderRequest, GetActorReminderResponse>("GetActorReminder", GetReminderAsync),
        DaprMethod.Unary<ListActorRemindersRequest, ListActorRemindersResponse>("ListActorReminders", ListRemindersAsync),
        DaprMethod.Unary<UnregisterActorRemindersByTypeRequest, UnregisterActorRemindersByTypeResponse>("UnregisterActorRemindersByType", RemoveRemindersAsync),
    ];

    private Task AddTimerAsync(RegisterActorTimerRequest request, GrpcCall call)
    {
        ActorGrpcErrors.CheckType(services, request.ActorType);
        CheckName(request.Name);
        var callback = new CallbackRequest { DueTime = request.DueTime, Period = request.Period, TimeToLive = request.Ttl, Callback = request.Callback, Data = Json(request.Data) };
        ActorGrpcErrors.Check(block().AddTimer(request.ActorType, request.ActorId, request.Name, callback));
        return Task.CompletedTask;
    }

    private Task RemoveTimerAsync(UnregisterActorTimerRequest request, GrpcCall call)
    {
        ActorGrpcErrors.CheckType(services, request.ActorType);
        block().Timers.Remove(request.ActorType, request.ActorId, request.Name);
        return Task.CompletedTask;
    }

    private async Task AddReminderAsync(RegisterActorReminderRequest request, GrpcCall call)
    {
        ActorGrpcErrors.CheckType(services, request.ActorType);
        if (request.Name.Length == 0)
        {
            throw ActorGrpcErrors.Of(ActorErrors.BadRequest("reminder name cannot be empty"));
        }

        CheckName(request.Name);
        var callback = new CallbackRequest
        {
            DueTime = request.DueTime,
            Period = request.Period,
            TimeToLive = request.Ttl,
            Overwrite = !request.HasOverwrite || request.Overwrite,
            Data = Json(request.Data),
            FailurePolicy = FailurePolicyMessage.Read(request.FailurePolicy),
        };
        ActorGrpcErrors.Check(await block().Reminders.CreateAsync(request.ActorType, request.ActorId, request.Name, callback, call.Cancellation));
    }

    private async Task RemoveReminderAsync(UnregisterActorReminderRequest request, GrpcCall call)
    {
        ActorGrpcErrors.CheckType(services, request.ActorType);
        ActorGrpcErrors.Check(await block().Reminders.DeleteAsync(request.ActorType, request.ActorId, request.Name, call.Cancellation));
    }

    private async Task<UnregisterActorRemindersByTypeResponse> RemoveRemindersAsync(UnregisterActorRemindersByTypeRequest request, GrpcCall call)
    {
        ActorGrpcErrors.CheckType(services, request.ActorType);
        ActorGrpcErrors.Check(await block().Reminders.DeleteAllAsync(request.ActorType, request.HasActorId ? request.ActorId : null, call.Cancellation));
        return new UnregisterActorRemindersByTypeResponse();
    }

    private async Task<GetActorReminderResponse> GetReminderAsync(GetActorReminderRequest request, GrpcCall call)
    {
        ActorGrpcErrors.CheckType(services, request.ActorType);
        var (entry, error) = await block().Reminders.GetAsync(request.ActorType, request.ActorId, request.Name, call.Cancellation);
        var reminder = ToMessage(request.ActorType, entry?.Definition.Request ?? throw ActorGrpcErrors.Of(error!));

        // The same fields under the same numbers.
        return GetActorReminderResponse.Parser.ParseFrom(reminder.ToByteString());
    }

    private async Task<ListActorRemindersResponse> ListRemindersAsync(ListActorRemindersRequest request, GrpcCall call)
    {
        ActorGrpcErrors.CheckType(services, request.ActorType);
        var (entries, error) = await block().Reminders.ListAsync(request.ActorType, request.HasActorId ? request.ActorId : null, call.Cancellation);
        ActorGrpcErrors.Check(error);
        return new ListActorRemindersResponse
        {
            Reminders = { entries.Select(entry => new NamedActorReminder { Name = entry.Definition.Request.Name, Reminder = ToMessage(request.ActorType, entry.Definition.Request) }) },
        };
    }

    private static ActorReminder ToMessage(string type, ScheduleRequest reminder)
    {
        var message = new ActorReminder { ActorType = type, ActorId = reminder.ActorId };
        if (reminder.DueTime is { } due)
        {
            message.DueTime = due;
        }

        if (reminder.Schedule is { } period)
        {
            message.Period = period;
        }

        if (reminder.TimeToLive is { } lifetime && DaprTime.TryParseRfc3339(lifetime, out _))
        {
            message.Ttl = lifetime;
        }

        if (reminder.Data is { Bytes.IsEmpty: false } data)
        {
            message.Data = Any.Pack(new BytesValue { Value = ByteString.CopyFrom(data.Bytes.Span) });
        }

        return message;
    }

    private static void CheckName(string name)
    {
        if (ActorNames.Problem(name) is { } problem)
        {
            throw ActorGrpcErrors.Of(ActorErrors.BadRequest(problem));
        }
    }

    private static byte[]? Json(ByteString data) => data.IsEmpty ? null : JsonSerializer.SerializeToUtf8Bytes(data.ToByteArray());
}
