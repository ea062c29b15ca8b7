using System.Net.Http.Headers;
using System.Reflection;

namespace Dapr.Common;

/// <summary>Header names and the user agent of every call to a sidecar.</summary>
internal static class DaprHeaders
{
    internal const string ApiToken = "dapr-api-token";

    internal static ProductInfoHeaderValue UserAgent(Assembly assembly)
    {
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "1.18.5";
        return new ProductInfoHeaderValue("dapr-sdk-dotnet", $"v{version.Split('+')[0]}");
    }
}
