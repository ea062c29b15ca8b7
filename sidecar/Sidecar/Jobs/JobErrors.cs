using Sidecar.Api.Http;

namespace Sidecar.Jobs;

/// <summary>An error of the jobs API, for both protocols.</summary>
/// <param name="Code">Dapr's code.</param>
/// <param name="Kind">What it means to a protocol.</param>
/// <param name="Message">The text.</param>
internal sealed record JobError(string Code, JobErrorKind Kind, string Message)
{
    /// <summary>The error in the HTTP API.</summary>
    public ApiError ToHttp(string appId, string namespaceName)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["appID"] = appId };
        if (namespaceName.Length > 0)
        {
            metadata["namespace"] = namespaceName;
        }

        return new ApiError(Kind switch { JobErrorKind.Invalid => 400, JobErrorKind.AlreadyExists => 409, _ => 500 }, Code, Message, [ErrorDetail.Info(Code, metadata)]);
    }
}

/// <summary>The kinds of <see cref="JobError"/>.</summary>
internal enum JobErrorKind
{
    /// <summary>The request is incomplete: HTTP 400, gRPC InvalidArgument.</summary>
    Invalid,

    /// <summary>The name is taken: HTTP 409, gRPC AlreadyExists.</summary>
    AlreadyExists,

    /// <summary>Any other: HTTP 500, gRPC Internal.</summary>
    Internal,
}
