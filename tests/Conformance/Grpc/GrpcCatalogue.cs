using Conformance.Golden;
using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf.Reflection;

namespace Conformance.Grpc;

/// <summary>The calls that scenarios make and apps answer, by service and name.</summary>
internal static class GrpcCatalogue
{
    private static readonly Dictionary<string, MethodDescriptor> Calls = new[] { RuntimeReflection.Descriptor, AppcallbackReflection.Descriptor, CommonReflection.Descriptor, EchoReflection.Descriptor }
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .ToDictionary(call => $"{call.Service.FullName}/{call.Name}", StringComparer.OrdinalIgnoreCase);

    /// <summary>The call of a path without its leading slash; null for one that nobody has.</summary>
    public static MethodDescriptor? Find(string path) => Calls.GetValueOrDefault(path);
}
