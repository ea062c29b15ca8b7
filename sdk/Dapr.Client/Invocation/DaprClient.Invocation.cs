namespace Dapr.Client;

public abstract partial class DaprClient
{
    private protected const string InvokeObsolete = "Use an HttpClient of CreateInvokableHttpClient or CreateInvokeHttpClient instead.";

    /// <summary>An HTTP client whose requests go to http://{app id}/... through the sidecar.</summary>
    /// <param name="appId">The app for relative URIs; null makes every request name its app.</param>
    /// <param name="daprEndpoint">The sidecar; null takes the environment's.</param>
    /// <param name="daprApiToken">The token for the sidecar; null sends none.</param>
    /// <exception cref="ArgumentException">The app id is not a valid host name.</exception>
    public static HttpClient CreateInvokeHttpClient(string? appId = null, string? daprEndpoint = null, string? daprApiToken = null)
    {
        var handler = new InvocationHandler { InnerHandler = new HttpClientHandler(), DaprApiToken = daprApiToken, DefaultAppId = appId };
        if (daprEndpoint is not null)
        {
            handler.DaprEndpoint = daprEndpoint;
        }

        var client = new HttpClient(handler);
        client.DefaultRequestHeaders.UserAgent.Add(UserAgent());
        if (appId is not null)
        {
            client.BaseAddress = Uri.TryCreate($"http://{appId}", UriKind.Absolute, out var address)
                ? address
                : throw new ArgumentException($"The app id '{appId}' is not a valid host name.", nameof(appId));
        }

        return client;
    }

    /// <summary>As <see cref="CreateInvokeHttpClient"/>, with this client's sidecar and token.</summary>
    public abstract HttpClient CreateInvokableHttpClient(string? appId = null);

    /// <summary>A POST request to a method of an app.</summary>
    public HttpRequestMessage CreateInvokeMethodRequest(string appId, string methodName) => CreateInvokeMethodRequest(HttpMethod.Post, appId, methodName);

    /// <summary>A POST request to a method of an app, with a query string.</summary>
    public HttpRequestMessage CreateInvokeMethodRequest(
        string appId, string methodName, IReadOnlyCollection<KeyValuePair<string, string>> queryStringParameters) =>
        CreateInvokeMethodRequest(HttpMethod.Post, appId, methodName, queryStringParameters);

    /// <summary>A request to a method of an app.</summary>
    public abstract HttpRequestMessage CreateInvokeMethodRequest(HttpMethod httpMethod, string appId, string methodName);

    /// <summary>A request to a method of an app, with a query string.</summary>
    public abstract HttpRequestMessage CreateInvokeMethodRequest(
        HttpMethod httpMethod, string appId, string methodName, IReadOnlyCollection<KeyValuePair<string, string>> queryStringParameters);

    /// <summary>A POST request to a method of an app, with a JSON body.</summary>
    public HttpRequestMessage CreateInvokeMethodRequest<TRequest>(string appId, string methodName, TRequest data) =>
        CreateInvokeMethodRequest(HttpMethod.Post, appId, methodName, [], data);

    /// <summary>A request to a method of an app, with a query string and a JSON body.</summary>
    public abstract HttpRequestMessage CreateInvokeMethodRequest<TRequest>(
        HttpMethod httpMethod, string appId, string methodName, IReadOnlyCollection<KeyValuePair<string, string>> queryStringParameters, TRequest data);

    /// <summary>Sends a request of CreateInvokeMethodRequest; the caller checks the status.</summary>
    [Obsolete(InvokeObsolete)]
    public abstract Task<HttpResponseMessage> InvokeMethodWithResponseAsync(HttpRequestMessage request, CancellationToken cancellationToken = default);

    /// <summary>Sends a request of CreateInvokeMethodRequest.</summary>
    /// <exception cref="InvocationException">Not reached, or not a success.</exception>
    [Obsolete(InvokeObsolete)]
    public abstract Task InvokeMethodAsync(HttpRequestMessage request, CancellationToken cancellationToken = default);

    /// <summary>Sends a request of CreateInvokeMethodRequest and reads the answer as JSON.</summary>
    /// <exception cref="InvocationException">Not reached, not a success, or not the expected JSON.</exception>
    [Obsolete(InvokeObsolete)]
    public abstract Task<TResponse> InvokeMethodAsync<TResponse>(HttpRequestMessage request, CancellationToken cancellationToken = default);

    /// <summary>Calls a method of an app by POST.</summary>
    [Obsolete(InvokeObsolete)]
    public Task InvokeMethodAsync(string appId, string methodName, CancellationToken cancellationToken = default) =>
        InvokeMethodAsync(CreateInvokeMethodRequest(appId, methodName), cancellationToken);

    /// <summary>Calls a method of an app.</summary>
    [Obsolete(InvokeObsolete)]
    public Task InvokeMethodAsync(HttpMethod httpMethod, string appId, string methodName, CancellationToken cancellationToken = default) =>
        InvokeMethodAsync(CreateInvokeMethodRequest(httpMethod, appId, methodName), cancellationToken);

    /// <summary>Calls a method of an app by POST with a JSON body.</summary>
    [Obsolete(InvokeObsolete)]
    public Task InvokeMethodAsync<TRequest>(string appId, string methodName, TRequest data, CancellationToken cancellationToken = default) =>
        InvokeMethodAsync(CreateInvokeMethodRequest(appId, methodName, data), cancellationToken);

    /// <summary>Calls a method of an app with a JSON body.</summary>
    [Obsolete(InvokeObsolete)]
    public Task InvokeMethodAsync<TRequest>(
        HttpMethod httpMethod, string appId, string methodName, TRequest data, CancellationToken cancellationToken = default) =>
        InvokeMethodAsync(CreateInvokeMethodRequest(httpMethod, appId, methodName, [], data), cancellationToken);

    /// <summary>Calls a method of an app by POST and reads the answer.</summary>
    [Obsolete(InvokeObsolete)]
    public Task<TResponse> InvokeMethodAsync<TResponse>(string appId, string methodName, CancellationToken cancellationToken = default) =>
        InvokeMethodAsync<TResponse>(CreateInvokeMethodRequest(appId, methodName), cancellationToken);

    /// <summary>Calls a method of an app and reads the answer.</summary>
    [Obsolete(InvokeObsolete)]
    public Task<TResponse> InvokeMethodAsync<TResponse>(
        HttpMethod httpMethod, string appId, string methodName, CancellationToken cancellationToken = default) =>
        InvokeMethodAsync<TResponse>(CreateInvokeMethodRequest(httpMethod, appId, methodName), cancellationToken);

    /// <summary>Calls a method of an app by POST with a JSON body and reads the answer.</summary>
    [Obsolete(InvokeObsolete)]
    public Task<TResponse> InvokeMethodAsync<TRequest, TResponse>(
        string appId, string methodName, TRequest data, CancellationToken cancellationToken = default) =>
        InvokeMethodAsync<TResponse>(CreateInvokeMethodRequest(appId, methodName, data), cancellationToken);

    /// <summary>Calls a method of an app with a JSON body and reads the answer.</summary>
    [Obsolete(InvokeObsolete)]
    public Task<TResponse> InvokeMethodAsync<TRequest, TResponse>(
        HttpMethod httpMethod, string appId, string methodName, TRequest data, CancellationToken cancellationToken = default) =>
        InvokeMethodAsync<TResponse>(CreateInvokeMethodRequest(httpMethod, appId, methodName, [], data), cancellationToken);
}
