using Gateway;
using ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("gateway");
builder.AddGateway();
var app = builder.Build();
app.UseGateway();
app.MapServiceDefaults();
app.MapPlatformHealth();
await app.RunServiceAsync();
