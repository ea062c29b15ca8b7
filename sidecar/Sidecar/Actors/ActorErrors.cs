using Sidecar.Api.Http;

namespace Sidecar.Actors;

/// <summary>The errors of the actors API, as daprd words them.</summary>
internal static class ActorErrors
{
    public static ApiError NoPlacement { get; } = new(400, "ERR_ACTOR_NO_PLACEMENT", "placement service is not configured");

    public static ApiError NoStore { get; } = new(500, "ERR_ACTOR_RUNTIME_NOT_FOUND", "the state store is not configured to use the actor runtime. Have you set the - name: actorStateStore value: \"true\" in your state store component file?");

    public static ApiError InstanceMissing { get; } = new(400, "ERR_ACTOR_INSTANCE_MISSING", "actor instance is missing");

    public static ApiError NotHosted { get; } = new(403, "ERR_ACTOR_REMINDER_NON_HOSTED", "operations on actor reminders are only possible on hosted actor types");

    public static ApiError StackDepth { get; } = new(500, "ERR_ACTOR_STACK_DEPTH", "maximum stack depth exceeded");

    public static ApiError Reserved(string type) =>
        new(403, "ERR_ACTOR_TYPE_RESERVED", $"actor type {Schedules.GoText.Quote(type)} is reserved for the Dapr workflow runtime; direct actor API access is not permitted");

    public static ApiError Malformed(string message) => new(400, "ERR_MALFORMED_REQUEST", $"failed deserializing HTTP body: {message}");

    public static ApiError BadRequest(string message) => new(400, "ERR_BAD_REQUEST", $"invalid request: {message}");

    public static ApiError Invoke(string message) => new(500, "ERR_ACTOR_INVOKE_METHOD", $"error invoke actor method: {message}");

    public static ApiError StateGet(string message) => new(500, "ERR_ACTOR_STATE_GET", $"error getting actor state: {message}");

    public static ApiError StateSave(string message) => new(500, "ERR_ACTOR_STATE_TRANSACTION_SAVE", $"error saving actor transaction state: {message}");

    public static ApiError ReminderCreate(string message) => new(500, "ERR_ACTOR_REMINDER_CREATE", $"error creating actor reminder: {message}");

    public static ApiError ReminderGet(string message) => new(500, "ERR_ACTOR_REMINDER_GET", $"error getting actor reminder: {message}");

    public static ApiError ReminderDelete(string message) => new(500, "ERR_ACTOR_REMINDER_DELETE", $"error deleting actor reminder: {message}");

    public static ApiError ReminderNotFound(string name) => new(404, "ERR_ACTOR_REMINDER_NOT_FOUND", $"actor reminder not found: {name}");

    public static ApiError ReminderExists(string name) => new(409, "ERR_ACTOR_REMINDER_ALREADY_EXISTS", $"actor reminder already exists: {name}");

    public static ApiError TimerCreate(string message) => new(500, "ERR_ACTOR_TIMER_CREATE", $"error creating actor timer: {message}");
}
