using Dapr.Proto.Runtime.V1;
using Sidecar.Api.Http;
using Sidecar.Secrets;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Secrets over gRPC.</summary>
internal sealed class SecretsGrpcApi(SecretReader reader) : IGrpcApi
{
    public IReadOnlyList<GrpcMethod> Methods =>
    [
        DaprMethod.Unary<GetSecretRequest, GetSecretResponse>("GetSecret", GetAsync),
        DaprMethod.Unary<GetBulkSecretRequest, GetBulkSecretResponse>("GetBulkSecret", GetAllAsync),
    ];

    private async Task<GetSecretResponse> GetAsync(GetSecretRequest request, GrpcCall call)
    {
        var (secret, error) = await reader.GetAsync(request.StoreName, request.Key, call.Cancellation);
        return error is null ? new GetSecretResponse { Data = { secret!.ToDictionary(StringComparer.Ordinal) } } : throw Refused(error);
    }

    private async Task<GetBulkSecretResponse> GetAllAsync(GetBulkSecretRequest request, GrpcCall call)
    {
        var (secrets, error) = await reader.GetAllAsync(request.StoreName, call.Cancellation);
        var response = new GetBulkSecretResponse();
        foreach (var (name, secret) in error is null ? secrets! : throw Refused(error))
        {
            response.Data[name] = new SecretResponse { Secrets = { secret.ToDictionary(StringComparer.Ordinal) } };
        }

        return response;
    }

    private static GrpcException Refused(ApiError error) => GrpcErrors.Plain(error, (error.ErrorCode, error.Status) switch
    {
        ("ERR_SECRET_STORES_NOT_CONFIGURED", _) => GrpcCode.FailedPrecondition,
        (_, 401) => GrpcCode.InvalidArgument,
        (_, 403) => GrpcCode.PermissionDenied,
        _ => GrpcCode.Internal,
    });
}
