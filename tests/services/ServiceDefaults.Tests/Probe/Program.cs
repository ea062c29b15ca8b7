using Microsoft.AspNetCore.Builder;
using ServiceDefaults;
using ServiceDefaults.Tests.Probe;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("probe");
builder.AddDatabase(typeof(Program).Assembly);
var app = builder.Build();
app.UseServiceDefaults();
app.MapServiceDefaults();
app.MapThings();
await app.RunServiceAsync();

/// <summary>The probe, a small service that the tests run.</summary>
public partial class Program;
