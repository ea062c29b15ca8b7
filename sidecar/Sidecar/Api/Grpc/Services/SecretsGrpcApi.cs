using Dapr.Proto.Runtime.V1;
using Sidecar.Api.Http;
using Sidecar.Secrets;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Secrets over gRPC.</summary>
internal sealed class SecretsGrpcApi(SecretReader reader) : IGrpcApi
{
    public IReadOnlyList<GrpcMethod> Methods =>
    [
        DaprMethod.Unary<GetSecretRequest, GetSecretResponse>("GetSecret", (request, _) => Task.FromResult(Get(request))),
        DaprMethod.Unary<GetBulkSecretRequest, GetBulkSecretResponse>("GetBulkSecret", (request, _) => Task.FromResult(GetAll(request))),
    ];

    private GetSecretResponse Get(GetSecretRequest request)
    {
        var store = Find(request.StoreName);
        var response = new GetSecretResponse();
        response.Data.Add((reader.Get(request.StoreName, store, request.Key, out var error) ?? throw Refused(error!)).ToDictionary(StringComparer.Ordinal));
        return response;
    }

    private GetBulkSecretResponse GetAll(GetBulkSecretRequest request)
    {
        var response = new GetBulkSecretResponse();
        foreach (var (name, secret) in reader.GetAll(request.StoreName, Find(request.StoreName)))
        {
            response.Data[name] = new SecretResponse { Secrets = { secret.ToDictionary(StringComparer.Ordinal) } };
        }

        return response;
    }

    private ISecretStore Find(string name) => reader.Find(name, out var error) ?? throw Refused(error!);

    private static GrpcException Refused(ApiError error) => GrpcErrors.Plain(error, (error.ErrorCode, error.Status) switch
    {
        ("ERR_SECRET_STORES_NOT_CONFIGURED", _) => GrpcCode.FailedPrecondition,
        (_, 401) => GrpcCode.InvalidArgument,
        (_, 403) => GrpcCode.PermissionDenied,
        _ => GrpcCode.Internal,
    });
}
