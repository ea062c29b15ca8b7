using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Dapr.AspNetCore.Tests;

public sealed class CloudEventsTests
{
    private const string CloudEvent = "application/cloudevents+json";

    [Theory]
    [InlineData("""{"data":{"a":1}}""", "application/json", """{"a":1}""")]
    [InlineData("""{"data":{"a":1},"datacontenttype":"application/vnd.x+json; charset=utf-8"}""", "application/vnd.x+json", """{"a":1}""")]
    [InlineData("""{"data":"text","datacontenttype":"text/plain"}""", "text/plain", "text")]
    [InlineData("""{"data":"text"}""", "application/json", "\"text\"")]
    [InlineData("""{"data_base64":"aGk=","datacontenttype":"application/octet-stream"}""", "application/octet-stream", "hi")]
    [InlineData("""{"id":"1"}""", "", "")]
    public async Task UseCloudEvents_Envelope_IsUnwrapped(string envelope, string contentType, string body)
    {
        await using var app = await EchoAsync(new CloudEventsMiddlewareOptions());

        (await PostAsync(app, envelope, $"{CloudEvent}; charset=utf-8")).Should().Be((200, $"{contentType}|{body}"));
    }

    [Theory]
    [InlineData("""{"data":1,"data_base64":"aGk="}""")]
    [InlineData("{bad")]
    [InlineData("[]")]
    public async Task UseCloudEvents_BrokenEnvelope_IsRefused(string envelope)
    {
        await using var app = await EchoAsync(new CloudEventsMiddlewareOptions());

        (await PostAsync(app, envelope, CloudEvent)).Status.Should().Be(400);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/cloudevents-batch+json")]
    public async Task UseCloudEvents_OtherContentType_IsLeftAlone(string contentType)
    {
        await using var app = await EchoAsync(new CloudEventsMiddlewareOptions());

        (await PostAsync(app, """{"data":1}""", contentType)).Body.Should().Be($$"""{{contentType}}|{"data":1}""");
    }

    [Fact]
    public async Task UseCloudEvents_TextWithSuppression_StaysJson()
    {
        await using var app = await EchoAsync(new CloudEventsMiddlewareOptions { SuppressJsonDecodingOfTextPayloads = true });

        (await PostAsync(app, """{"data":"text","datacontenttype":"text/plain"}""", CloudEvent)).Body.Should().Be("text/plain|\"text\"");
    }

    [Fact]
    public async Task UseCloudEvents_ForwardedProperties_AreHeaders()
    {
        await using var app = await EchoAsync(new CloudEventsMiddlewareOptions { ForwardCloudEventPropertiesAsHeaders = true, ExcludedCloudEventPropertiesFromHeaders = ["source"] });

        (await PostAsync(app, """{"data":1,"Type":"t1","source":"s"}""", CloudEvent)).Body.Should().Be("application/json|1|Cloudevent.type=t1");
    }

    private static Task<TestApp> EchoAsync(CloudEventsMiddlewareOptions options) => TestApp.StartAsync(app =>
    {
        app.UseCloudEvents(options);
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var headers = context.Request.Headers.Where(header => header.Key.StartsWith("Cloudevent.", StringComparison.Ordinal)).Select(header => $"|{header.Key}={header.Value}");
            await context.Response.WriteAsync($"{context.Request.ContentType}|{await reader.ReadToEndAsync()}{string.Concat(headers)}");
        });
    });

    private static async Task<(int Status, string Body)> PostAsync(TestApp app, string body, string contentType)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await app.Http.PostAsync(new Uri("/", UriKind.Relative), content);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
