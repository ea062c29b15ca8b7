using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Benchmarks.Roles;

/// <summary>The app: a small JSON answer, an echo, and a subscriber that counts. It does next to nothing, so that the way to it is what is measured.</summary>
internal sealed class AppRole() : EndpointRole(HttpProtocols.Http1)
{
    public const string Topic = "delivered";

    private static readonly byte[] Greeting = """{"id":"0191d5a2-7a63-7c3e-a1c5-53f5a5b1f2aa","name":"hello","total":"12.50","items":[1,2,3,4]}"""u8.ToArray();
    private static readonly byte[] Subscriptions = """[{"pubsubname":"pubsub","topic":"delivered","route":"/delivered"}]"""u8.ToArray();
    private readonly Lock _gate = new();
    private TaskCompletionSource _reached = new();
    private long _awaited = long.MaxValue;
    private long _delivered;

    protected override Task HandleAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/hello":
                return WriteAsync(context, Greeting);
            case "/echo":
                context.Response.ContentLength = context.Request.ContentLength;
                return context.Request.Body.CopyToAsync(context.Response.Body);
            case "/delivered":
                Count();
                return Task.CompletedTask;
            case "/count":
                return CountAsync(context);
            case "/dapr/subscribe":
                return WriteAsync(context, Subscriptions);
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    private void Count()
    {
        if (Interlocked.Increment(ref _delivered) >= Volatile.Read(ref _awaited))
        {
            _reached.TrySetResult();
        }
    }

    // Answers once as many are delivered as `atLeast` asks for; one question at a time.
    private async Task CountAsync(HttpContext context)
    {
        var atLeast = long.Parse(context.Request.Query["atLeast"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
        Task reached;
        lock (_gate)
        {
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            reached = _reached.Task;
            Volatile.Write(ref _awaited, atLeast);
        }

        if (Interlocked.Read(ref _delivered) < atLeast)
        {
            await reached.WaitAsync(context.RequestAborted);
        }

        await WriteAsync(context, System.Text.Encoding.ASCII.GetBytes(Interlocked.Read(ref _delivered).ToString(CultureInfo.InvariantCulture)));
    }

    private static Task WriteAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body).AsTask();
    }
}
