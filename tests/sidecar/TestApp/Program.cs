// A tiny app for tests of the host: it listens on APP_PORT and does what TEST_APP asks ("fail": ends at start, "stubborn": ignores SIGTERM).
using System.Collections;
using System.Runtime.InteropServices;

var mode = Environment.GetEnvironmentVariable("TEST_APP");
Console.WriteLine($"test app {Environment.GetEnvironmentVariable("APP_ID")} begins");
if (mode == "fail")
{
    Console.Error.WriteLine("the reason of the failure");
    return 7;
}

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{Environment.GetEnvironmentVariable("APP_PORT")}");
builder.Services.AddRoutingCore();
var app = builder.Build();
app.UseRouting();
app.MapGet("/", () => "hello");
app.MapGet("/who", () => Environment.GetEnvironmentVariable("APP_PORT"));
app.MapGet("/health/ready", () => "ok");
app.MapGet("/environment", () => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value));
app.MapPost("/exit/{code:int}", (int code) => Environment.Exit(code));
using var terminate = mode == "stubborn" ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true) : null;
await app.StartAsync();
Console.WriteLine("listens");
var done = new TaskCompletionSource();
using var stop = mode == "stubborn" ? null : PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    done.TrySetResult();
});
await done.Task;
await app.StopAsync();
Console.WriteLine("drained");
return 0;
