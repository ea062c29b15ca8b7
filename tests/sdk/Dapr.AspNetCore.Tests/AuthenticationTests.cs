using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Dapr.AspNetCore.Tests;

public sealed class AuthenticationTests
{
    [Theory]
    [InlineData("right", "right", 200)]
    [InlineData("right", "wrong", 401)]
    [InlineData("right", null, 401)]
    [InlineData("", "right", 401)]
    public async Task AddDapr_Token_Decides(string expected, string? sent, int status)
    {
        await using var app = await TestApp.StartAsync(
            routes =>
            {
                routes.UseAuthentication();
                routes.UseAuthorization();
                routes.MapGet("/", [Authorize("Dapr")] () => "in");
            },
            builder =>
            {
                builder.Services.AddAuthentication().AddDapr(options => options.Token = expected);
                builder.Services.AddAuthorization(options => options.AddDapr());
            });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        if (sent is not null)
        {
            request.Headers.Add("dapr-api-token", sent);
        }

        using var response = await app.Http.SendAsync(request);

        ((int)response.StatusCode).Should().Be(status);
    }
}
