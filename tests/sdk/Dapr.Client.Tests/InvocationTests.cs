namespace Dapr.Client.Tests;

public sealed class InvocationTests : ClientTest
{
    [Fact]
    public async Task CreateInvokableHttpClient_RelativeUri_GoesThroughTheSidecar()
    {
        using var http = client.CreateInvokableHttpClient("orders");

        using var response = await http.GetAsync(new Uri("/api/v1/x%2Fy?a=1&b=%20", UriKind.Relative));

        Only.Line.Should().Be("GET /v1.0/invoke/orders/method/api/v1/x%2Fy?a=1&b=%20");
        Only.Headers["dapr-api-token"].Should().Be("secret");
        response.RequestMessage!.RequestUri!.ToString().Should().StartWith("http://orders/");
    }

    [Fact]
    public async Task CreateInvokeHttpClient_AppIdWithCapitals_IsKept()
    {
        using var http = DaprClient.CreateInvokeHttpClient("OrderService", sidecar.Endpoint);

        using var response = await http.PostAsync(new Uri("x", UriKind.Relative), null);
        using var other = await http.GetAsync(new Uri("http://other-App/y"));

        sidecar.Requests.Select(request => request.Line).Should().Equal("POST /v1.0/invoke/OrderService/method/x", "GET /v1.0/invoke/other-app/method/y");
        Requests(request => request.Headers.ContainsKey("dapr-api-token")).Should().Be(0);
    }

    [Fact]
    public void CreateInvokeHttpClient_AppIdThatIsNoHost_IsRefused()
    {
        var create = () => DaprClient.CreateInvokeHttpClient("not a host");

        create.Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("ftp://x")]
    [InlineData("relative")]
    public void InvocationHandler_EndpointThatIsNoHttpUrl_IsRefused(string endpoint)
    {
        using var handler = new InvocationHandler();
        var set = () => handler.DaprEndpoint = endpoint;

        set.Should().Throw<Exception>().Where(exception => exception is ArgumentException || exception is UriFormatException);
    }

    [Fact]
    public void CreateInvokeMethodRequest_MethodWithQuery_IsLeftAsItIs()
    {
        using var request = client.CreateInvokeMethodRequest(HttpMethod.Get, "app", "/a?b=1", [new("c d", "e&f")]);

        request.RequestUri!.AbsoluteUri.Should().Be($"{sidecar.Endpoint}/v1.0/invoke/app/method/a?b=1&c%20d=e%26f");
        request.Headers.GetValues("dapr-api-token").Should().Equal("secret");
    }

    [Fact]
    public async Task InvokeMethod_TypedCall_PostsJsonAndReadsJson()
    {
        sidecar.Answer(200, """{"sum":3}""");

        var answer = await client.InvokeMethodAsync<Terms, Sum>("calc", "add", new Terms(1, 2));

        answer.Should().Be(new Sum(3));
        Only.Should().Match<SidecarRequest>(request => request.Line == "POST /v1.0/invoke/calc/method/add" && request.Body == "{\"a\":1,\"b\":2}");
        Only.Headers["Content-Type"].Should().Be("application/json; charset=utf-8");
    }

    [Theory]
    [InlineData(404, "gone")]
    [InlineData(200, "no json")]
    public async Task InvokeMethod_ErrorOrOtherBody_IsAnInvocationException(int status, string body)
    {
        sidecar.Answer(status, body, ("Content-Type", "application/json"));

        var thrown = (await client.Invoking(it => it.InvokeMethodAsync<Sum>("calc", "add")).Should().ThrowAsync<InvocationException>()).Which;

        (thrown.AppId, thrown.MethodName, (int)thrown.Response!.StatusCode).Should().Be(("calc", "add", status));
        (await thrown.Response.Content.ReadAsStringAsync()).Should().Be(body);
    }

    [Fact]
    public async Task InvokeMethod_NobodyListening_IsAnInvocationExceptionWithoutResponse()
    {
        using var nobody = new DaprClientBuilder().UseHttpEndpoint($"http://127.0.0.1:{FreePort.Next()}").Build();

        var thrown = (await nobody.Invoking(it => it.InvokeMethodAsync("calc", "add")).Should().ThrowAsync<InvocationException>()).Which;

        thrown.Response.Should().BeNull();
        thrown.InnerException.Should().BeOfType<HttpRequestException>();
    }

    [Fact]
    public async Task InvokeMethodWithResponse_ErrorStatus_IsTheCallers()
    {
        sidecar.Answer(503, "later");
        using var request = client.CreateInvokeMethodRequest("calc", "add");

        using var response = await client.InvokeMethodWithResponseAsync(request);

        ((int)response.StatusCode).Should().Be(503);
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "http://elsewhere/");
        await client.Invoking(it => it.InvokeMethodWithResponseAsync(foreign)).Should().ThrowAsync<InvalidOperationException>();
    }

    private int Requests(Func<SidecarRequest, bool> condition) => sidecar.Requests.Count(condition);

    private sealed record Terms(int A, int B);

    private sealed record Sum([property: System.Text.Json.Serialization.JsonPropertyName("sum")] int Value);
}
