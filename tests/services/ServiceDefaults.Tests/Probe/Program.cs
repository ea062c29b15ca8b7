using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ServiceDefaults;
using ServiceDefaults.Tests.Probe;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("probe");
builder.AddDatabase(typeof(Program).Assembly);
builder.Services.AddSingleton<NoteHandler>().AddSingleton<IOutboxHandler>(services => services.GetRequiredService<NoteHandler>());
var app = builder.Build();
app.UseServiceDefaults();
app.MapServiceDefaults();
app.MapThings();
await app.RunServiceAsync();

/// <summary>The probe, a small service that the tests run.</summary>
public partial class Program;
