using Dapr.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Dapr.AspNetCore.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public void AddDaprClient_Configuration_NamesTheSidecar()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["DAPR_HTTP_PORT"] = "3599", ["DAPR_API_TOKEN"] = "t" }).Build());
        services.AddDaprClient();
        services.AddDaprClient(builder => builder.UseHttpEndpoint("http://second:1"));
        using var provider = services.BuildServiceProvider();

        var client = provider.GetRequiredService<DaprClient>();
        using var request = client.CreateInvokeMethodRequest("a", "b");

        request.RequestUri!.AbsoluteUri.Should().Be("http://localhost:3599/v1.0/invoke/a/method/b");
        request.Headers.GetValues("dapr-api-token").Should().Equal("t");
        provider.GetRequiredService<DaprClient>().Should().BeSameAs(client);
    }

    [Fact]
    public async Task FromState_RouteValue_LoadsTheState()
    {
        await using var sidecar = await TestApp.StartAsync(app => app.MapGet("/v1.0/state/st/{key}", (string key, HttpResponse response) =>
        {
            response.Headers["ETag"] = "7";
            return key == "missing" ? Results.NoContent() : Results.Json($"value of {key}");
        }));
        await using var app = await TestApp.StartAsync(
            routes => routes.MapControllers(),
            builder => builder.Services.AddControllers().AddApplicationPart(typeof(RegistrationTests).Assembly).AddDapr(client => client.UseHttpEndpoint(sidecar.Http.BaseAddress!.ToString())));

        (await app.Http.GetStringAsync(new Uri("/sdk-state/k1", UriKind.Relative))).Should().Be("value of k1 7");
        (await app.Http.GetStringAsync(new Uri("/sdk-state/missing", UriKind.Relative))).Should().Be(" 7");
    }
}

/// <summary>Reads its argument from a state store.</summary>
[ApiController]
public sealed class StateController : ControllerBase
{
    /// <summary>Shows the entry.</summary>
    [HttpGet("/sdk-state/{id}")]
    public string Get([FromState("st", "id")] StateEntry<string> entry) => $"{entry.Value} {entry.ETag}";
}
