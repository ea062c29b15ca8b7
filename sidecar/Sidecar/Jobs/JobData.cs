using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;
using Sidecar.Schedules;

namespace Sidecar.Jobs;

/// <summary>The data of a job as a typed message, in which gRPC has it.</summary>
internal static class JobData
{
    private const string ValueType = "type.googleapis.com/google.protobuf.Value";

    /// <summary>The message; what came as JSON is one of JSON's values.</summary>
    public static Any ToMessage(ScheduleData data) => new()
    {
        TypeUrl = data.TypeUrl ?? ValueType,
        Value = data.TypeUrl is null ? JsonValues.From(data.Bytes).ToByteString() : ByteString.CopyFrom(data.Bytes.Span),
    };
}
