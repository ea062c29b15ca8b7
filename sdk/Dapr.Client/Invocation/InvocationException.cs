namespace Dapr.Client;

/// <summary>A service invocation failed: not reached, an error status, or an answer that is not the expected JSON.</summary>
public class InvocationException : DaprException
{
    /// <summary>Creates the exception; the response is null when there was none.</summary>
    public InvocationException(string appId, string methodName, Exception innerException, HttpResponseMessage? response)
        : base($"An exception occurred while invoking method: '{methodName}' on app-id: '{appId}'", innerException)
    {
        AppId = appId ?? "unknown";
        MethodName = methodName ?? "unknown";
        Response = response;
    }

    /// <summary>The app that was called.</summary>
    public string AppId { get; }

    /// <summary>The method that was called.</summary>
    public string MethodName { get; }

    /// <summary>The answer, or null when there was none.</summary>
    public HttpResponseMessage? Response { get; }
}
