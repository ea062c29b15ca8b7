using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf.Reflection;

namespace Sidecar.Tests.Grpc;

/// <summary>The sidecar's messages against the list of Dapr's: same numbers, names and types.</summary>
public sealed class DaprProtoTests
{
    private static readonly string[] Facts = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Grpc", "Facts", "dapr-1.18.txt"));
    private static readonly FileDescriptor[] Files = [CommonReflection.Descriptor, AppcallbackReflection.Descriptor, RuntimeReflection.Descriptor];

    [Fact]
    public void Messages_ComparedWithDapr_HaveItsFieldsAndNoOthers()
    {
        var own = Files.SelectMany(file => file.MessageTypes).SelectMany(FieldsOf).Concat(Files.SelectMany(file => file.EnumTypes).SelectMany(ValuesOf));

        // In order, because to look for each of thousands among all takes seconds.
        own.Order(StringComparer.Ordinal).Should().Equal(Facts.Where(fact => !fact.StartsWith("rpc ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Calls_ComparedWithDapr_HaveItsRequestsAndAnswers()
    {
        var own = Files.SelectMany(file => file.Services).SelectMany(service => service.Methods).Select(Describe).ToList();

        // The calls of jobs without a version suffix came after this list was made.
        own.Where(call => !StableJobs.Any(name => call.StartsWith($"rpc {name} ", StringComparison.Ordinal)))
            .Should().BeEquivalentTo(Facts.Where(fact => fact.StartsWith("rpc ", StringComparison.Ordinal)));
    }

    private static readonly string[] StableJobs = ["Dapr.ScheduleJob", "Dapr.GetJob", "Dapr.DeleteJob", "Dapr.DeleteJobsByPrefix", "Dapr.ListJobs", "AppCallback.OnJobEvent"];

    private static IEnumerable<string> FieldsOf(MessageDescriptor message) => message.Fields.InDeclarationOrder()
        .Select(field => $"field {message.FullName} {field.Name} {field.FieldNumber} {Label(field)}{TypeOf(field)}")
        .Concat(message.NestedTypes.Where(nested => !nested.GetOptions()?.MapEntry ?? true).SelectMany(FieldsOf))
        .Concat(message.EnumTypes.SelectMany(ValuesOf));

    private static IEnumerable<string> ValuesOf(EnumDescriptor values) => values.Values.Select(value => $"value {values.FullName} {value.Name} {value.Number}");

    private static string Label(FieldDescriptor field) => field.IsMap ? "" : field.IsRepeated ? "repeated " : field.ContainingOneof is { IsSynthetic: true } ? "optional " : "";

    private static string TypeOf(FieldDescriptor field) => field switch
    {
        { IsMap: true } => $"map<{TypeOf(field.MessageType.FindFieldByNumber(1))},{TypeOf(field.MessageType.FindFieldByNumber(2))}>",
        { FieldType: FieldType.Message } => field.MessageType.Name,
        { FieldType: FieldType.Enum } => field.EnumType.Name,
        _ => field.FieldType.ToString().ToLowerInvariant(),
    };

    private static string Describe(MethodDescriptor call) =>
        $"rpc {call.Service.Name}.{call.Name} {(call.IsClientStreaming ? "stream " : "")}{call.InputType.Name} {(call.IsServerStreaming ? "stream " : "")}{call.OutputType.Name}";
}
