using Google.Protobuf;
using Google.Rpc.Wire;
using Microsoft.AspNetCore.WebUtilities;
using Sidecar.Api.Http;

namespace Sidecar.Api.Grpc;

/// <summary>The errors of the gRPC API: those of the HTTP API with the codes and details that gRPC clients get.</summary>
internal static class GrpcErrors
{
    private const string Domain = "dapr.io";
    private const int MaxMetadataValue = 63;

    /// <summary>An error of a building block; without details of its own its error code is the reason.</summary>
    public static GrpcException From(ApiError error, GrpcCode code) => new(new GrpcStatus(code, error.Message)
    {
        Reason = error.Reason,
        Details = error.Details is { } details
            ? [.. details.OfType<IReadOnlyDictionary<string, object?>>().Select(ToMessage).OfType<IMessage>()]
            : [new ErrorInfo { Reason = error.ErrorCode, Domain = Domain }],
    });

    /// <summary>An error of a building block that carries no details.</summary>
    public static GrpcException Plain(ApiError error, GrpcCode code) => new(new GrpcStatus(code, error.Message) { Reason = error.Reason });

    /// <summary>A failed HTTP answer as a status; the beginning of its body goes into the details.</summary>
    public static GrpcStatus FromHttp(int status, string detail)
    {
        var text = ReasonPhrases.GetReasonPhrase(status);
        var info = new ErrorInfo { Reason = text, Domain = Domain };
        info.Metadata["http.code"] = status.ToString();
        info.Metadata["http.error_message"] = detail.Length >= MaxMetadataValue ? detail[..MaxMetadataValue] : detail;
        return new GrpcStatus(CodeOf(status), text) { Details = [info] };
    }

    /// <summary>The HTTP status that stands for a code.</summary>
    public static int ToHttpStatus(GrpcCode code) => code switch
    {
        GrpcCode.Ok => 200,
        GrpcCode.Cancelled => 408,
        GrpcCode.InvalidArgument or GrpcCode.FailedPrecondition or GrpcCode.OutOfRange => 400,
        GrpcCode.DeadlineExceeded => 504,
        GrpcCode.NotFound => 404,
        GrpcCode.AlreadyExists or GrpcCode.Aborted => 409,
        GrpcCode.PermissionDenied => 403,
        GrpcCode.Unauthenticated => 401,
        GrpcCode.ResourceExhausted => 429,
        GrpcCode.Unimplemented => 501,
        GrpcCode.Unavailable => 503,
        _ => 500,
    };

    private static GrpcCode CodeOf(int status) => status switch
    {
        >= 200 and < 300 => GrpcCode.Ok,
        400 => GrpcCode.Internal,
        401 => GrpcCode.Unauthenticated,
        403 => GrpcCode.PermissionDenied,
        404 => GrpcCode.NotFound,
        408 => GrpcCode.Cancelled,
        409 => GrpcCode.AlreadyExists,
        429 => GrpcCode.ResourceExhausted,
        501 => GrpcCode.Unimplemented,
        503 => GrpcCode.Unavailable,
        504 => GrpcCode.DeadlineExceeded,
        _ => GrpcCode.Unknown,
    };

    private static IMessage? ToMessage(IReadOnlyDictionary<string, object?> detail)
    {
        switch ((detail.GetValueOrDefault("@type") as string)?.Split('.')[^1])
        {
            case "ErrorInfo":
                var info = new ErrorInfo { Reason = Text(detail, "reason"), Domain = Text(detail, "domain") };
                info.Metadata.Add(((detail.GetValueOrDefault("metadata") as IReadOnlyDictionary<string, string>) ?? new Dictionary<string, string>()).ToDictionary(StringComparer.Ordinal));
                return info;
            case "ResourceInfo":
                return new ResourceInfo
                {
                    ResourceType = Text(detail, "resource_type"),
                    ResourceName = Text(detail, "resource_name"),
                    Owner = Text(detail, "owner"),
                    Description = Text(detail, "description"),
                };
            case "BadRequest":
                var violations = detail.GetValueOrDefault("field_violations") as IEnumerable<Dictionary<string, object>> ?? [];
                return new BadRequest { FieldViolations = { violations.Select(one => new BadRequest.Types.FieldViolation { Field = (string)one["field"], Description = (string)one["description"] }) } };
            default:
                return null;
        }
    }

    private static string Text(IReadOnlyDictionary<string, object?> detail, string name) => detail.GetValueOrDefault(name) as string ?? "";
}
