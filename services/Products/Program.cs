using Products;
using ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("products");
builder.AddDatabase(typeof(Program).Assembly);
builder.AddProducts();

var app = builder.Build();
app.UseServiceDefaults();
app.MapServiceDefaults();
app.MapProducts();
await app.RunServiceAsync();
