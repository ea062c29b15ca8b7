using PaymentProcessor;
using ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("payment-processor");
builder.AddPaymentProcessor();

var app = builder.Build();
app.UseServiceDefaults();
app.MapServiceDefaults();
app.MapPaymentProcessor();
await app.RunServiceAsync();
