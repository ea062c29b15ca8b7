using System.Net.Http.Json;
using System.Text.Json;

namespace Dapr.Client;

internal sealed partial class DaprHttpClient
{
    private static readonly HttpRequestOptionsKey<string> AppIdKey = new("dapr.appId");
    private static readonly HttpRequestOptionsKey<string> MethodKey = new("dapr.method");

    public override HttpClient CreateInvokableHttpClient(string? appId = null) => CreateInvokeHttpClient(appId, endpoint.AbsoluteUri, token);

    public override HttpRequestMessage CreateInvokeMethodRequest(HttpMethod httpMethod, string appId, string methodName) =>
        CreateInvokeMethodRequest(httpMethod, appId, methodName, []);

    public override HttpRequestMessage CreateInvokeMethodRequest(
        HttpMethod httpMethod, string appId, string methodName, IReadOnlyCollection<KeyValuePair<string, string>> queryStringParameters)
    {
        ArgumentNullException.ThrowIfNull(httpMethod);
        ArgumentException.ThrowIfNullOrEmpty(appId);
        ArgumentNullException.ThrowIfNull(methodName);

        // The method is the caller's own path, query included: only its leading slashes are taken off.
        var path = $"/v1.0/invoke/{appId}/method/{methodName.TrimStart('/')}";
        var query = string.Join('&', (queryStringParameters ?? []).Select(pair => $"{Escape(pair.Key)}={Escape(pair.Value)}"));
        var separator = query.Length == 0 ? string.Empty : path.Contains('?', StringComparison.Ordinal) ? "&" : "?";
        var request = new HttpRequestMessage(httpMethod, new Uri(endpoint, $"{path}{separator}{query}"));
        request.Options.Set(AppIdKey, appId);
        request.Options.Set(MethodKey, methodName);
        AddToken(request);
        return request;
    }

    public override HttpRequestMessage CreateInvokeMethodRequest<TRequest>(
        HttpMethod httpMethod, string appId, string methodName, IReadOnlyCollection<KeyValuePair<string, string>> queryStringParameters, TRequest data)
    {
        var request = CreateInvokeMethodRequest(httpMethod, appId, methodName, queryStringParameters);
        request.Content = JsonContent.Create(data, options: json);
        return request;
    }

    [Obsolete(InvokeObsolete)]
    public override async Task<HttpResponseMessage> InvokeMethodWithResponseAsync(HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.RequestUri is null || !endpoint.IsBaseOf(request.RequestUri))
        {
            throw new InvalidOperationException($"The request URI '{request.RequestUri}' is not below the Dapr endpoint '{endpoint}'. Use CreateInvokeMethodRequest.");
        }

        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw Failed(request, exception, response: null);
        }
    }

    [Obsolete(InvokeObsolete)]
    public override async Task InvokeMethodAsync(HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        // Not disposed when it is a failure: the exception carries it.
        var response = await CheckedAsync(request, cancellationToken);
        response.Dispose();
    }

    [Obsolete(InvokeObsolete)]
    public override async Task<TResponse> InvokeMethodAsync<TResponse>(HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        var response = await CheckedAsync(request, cancellationToken);
        try
        {
            // Buffered, so that who catches the exception can still read the answer.
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            var result = await response.Content.ReadFromJsonAsync<TResponse>(json, cancellationToken);
            response.Dispose();
            return result!;
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException)
        {
            throw Failed(request, exception, response);
        }
    }

    private async Task<HttpResponseMessage> CheckedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
#pragma warning disable CS0618 // the obsolete member is implemented here
        var response = await InvokeMethodWithResponseAsync(request, cancellationToken);
#pragma warning restore CS0618
        try
        {
            return response.EnsureSuccessStatusCode();
        }
        catch (HttpRequestException exception)
        {
            throw Failed(request, exception, response);
        }
    }

    private static InvocationException Failed(HttpRequestMessage request, Exception inner, HttpResponseMessage? response)
    {
        request.Options.TryGetValue(AppIdKey, out var appId);
        request.Options.TryGetValue(MethodKey, out var method);
        return new InvocationException(appId!, method!, inner, response);
    }
}
