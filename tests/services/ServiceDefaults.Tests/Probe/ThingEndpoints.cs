using Dapr;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults.Tests.Probe;

internal static class ThingEndpoints
{
    public static void MapThings(this WebApplication app)
    {
        app.MapGet("/things", ListAsync);
        app.MapPost("/things", CreateAsync).RequireUser();
        app.MapGet("/things/{id}", GetAsync).RequireUser();
        app.MapGet("/operators", () => "ok").RequireRole(Roles.Operator);
        app.MapGet("/whoami", (RequestContext context) => new { context.TenantId, context.UserId, context.Actor });
        app.MapPost("/login", () => "ok").IgnoreToken();
        app.MapGet("/fault", Task () => throw new InvalidOperationException("secret detail"));
        app.MapPost("/calls", CallAsync).RequireUser();
        app.MapPost("/long", LongAsync).RequireUser();
        app.MapInternal("/internal/v1").MapPost("/things/{id}:check", CheckAsync);
        app.MapPost("/events/things", ReceiveAsync).WithTopic(new TopicOptions { PubsubName = "pubsub", Name = "things", DeadLetterTopic = "things.probe.dead" });
    }

    private static async Task<IResult> ListAsync(RequestContext context, Page page, IDatabase database, CancellationToken ct)
    {
        var (items, total) = await database.TransactionAsync(context, async session => (
            await session.QueryAsync<Thing>("SELECT id, name, price, created_at FROM things ORDER BY id LIMIT @Size OFFSET @Offset", page),
            await session.QuerySingleAsync<long>("SELECT count(*) FROM things")), ct);
        return Results.Ok(page.Of(items, total));
    }

    private static async Task<IResult> GetAsync(Guid id, RequestContext context, IDatabase database, CancellationToken ct)
    {
        var thing = await database.TransactionAsync(context, session => session.QuerySingleOrDefaultAsync<Thing>("SELECT id, name, price, created_at FROM things WHERE id = @id", new { id }), ct);
        return thing is null ? Problems.NotFound() : Results.Ok(thing);
    }

    private static Task<IResult> CreateAsync(NewThing request, IdempotencyKey key, RequestContext context, IIdempotency idempotency, IOutbox outbox, IIdGenerator ids, TimeProvider clock, CancellationToken ct)
    {
        return idempotency.RunAsync(context, "things.create", key.Value, request, async session =>
        {
            var thing = new Thing(ids.NewId(), request.Name, request.Price, clock.GetUtcNow());
            await session.ExecuteAsync("INSERT INTO things (id, tenant_id, name, price, created_at) VALUES (@Id, @TenantId, @Name, @Price, @CreatedAt)", new { thing.Id, session.Context.TenantId, thing.Name, thing.Price, thing.CreatedAt });
            if (request.Name == "fault")
            {
                throw new InvalidOperationException("after the insert");
            }

            if (request.Name == "unsure")
            {
                return new StoredResponse(500, null);
            }

            if (request.Name.StartsWith("slow", StringComparison.Ordinal))
            {
                await session.ExecuteAsync("SELECT pg_sleep(0.3)");
            }

            if (request.Name == "refused")
            {
                return StoredResponse.Problem(Codes.AlreadyExists, "There is one.");
            }

            for (var version = 1; version <= 3; version++)
            {
                await outbox.AppendAsync(session, OutboxEntry.Event("things", "thing.created", thing.Id, version, new { thing.Name }));
            }

            return new StoredResponse(201, thing, $"/things/{thing.Id}");
        }, ct);
    }

    private static Task<IResult> LongAsync(NewThing request, IdempotencyKey key, RequestContext context, IIdempotency idempotency, ISidecar sidecar, CancellationToken ct) =>
        idempotency.RunLongAsync(context, "things.long", key.Value, request, async inner =>
        {
            var answer = await sidecar.CallStepAsync("other", HttpMethod.Post, "/internal/v1/work", request, key.Value, context, inner);
            return answer.IsDone ? new StoredResponse(200, new { answer.Outcome }) : null;
        }, ct);

    private static async Task<IResult> CallAsync(RequestContext context, ISidecar sidecar, CancellationToken ct)
    {
        await sidecar.GetAsync<ThingMade>("other", "/things/1", context, ct);
        await sidecar.CallStepAsync("other", HttpMethod.Post, "/internal/v1/steps", null, "saga:1:x", RequestContext.System("saga", context.TenantId), ct);
        return Results.NoContent();
    }

    private static IResult CheckAsync(Guid id, RequestContext context) => StepResults.Done(new { id, context.Actor, context.TenantId }) is { } done ? Results.Json(done.Body) : Results.Empty;

    private static Task<IResult> ReceiveAsync(ReceivedEvent<ThingMade> received, IDatabase database, IInbox inbox, CancellationToken ct) =>
        database.TransactionAsync(RequestContext.System("events", received.Data.TenantId), async session =>
        {
            if (await inbox.TryAcceptAsync(session, "things", received.Id))
            {
                await session.ExecuteAsync("INSERT INTO things (id, tenant_id, name, price, created_at) VALUES (@Id, @TenantId, @Type, 1, now())", new { received.Data.Id, received.Data.TenantId, received.Type });
            }

            return (IResult)Results.NoContent();
        }, ct);
}
