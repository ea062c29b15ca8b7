using Orders;
using ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("orders");
builder.AddDatabase(typeof(Program).Assembly);
builder.AddOrders();

var app = builder.Build();
app.UseServiceDefaults();
app.MapServiceDefaults();
app.MapOrders();
await app.RunServiceAsync();
