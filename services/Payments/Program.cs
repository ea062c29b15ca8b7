using Payments;
using ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("payments");
builder.AddDatabase(typeof(Program).Assembly);
builder.AddPayments();

var app = builder.Build();
app.UseServiceDefaults();
app.MapServiceDefaults();
app.MapPayments();
await app.RunServiceAsync();
