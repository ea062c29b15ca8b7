using ServiceDefaults;
using Users;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("users");
builder.AddDatabase(typeof(Program).Assembly);
builder.AddUsers();

var app = builder.Build();
app.UseServiceDefaults();
app.MapServiceDefaults();
app.MapUsers();
await app.RunServiceAsync();
