using Dapr.Proto.Common.V1;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Schedules;

namespace Sidecar.Api.Grpc.Services;

/// <summary>The failure policy of a job or reminder as a message.</summary>
internal static class FailurePolicyMessage
{
    /// <summary>The policy of a message; null when it names none.</summary>
    public static FailurePolicy? Read(JobFailurePolicy? message) => message?.PolicyCase switch
    {
        JobFailurePolicy.PolicyOneofCase.Drop => new FailurePolicy(Drop: true),
        JobFailurePolicy.PolicyOneofCase.Constant => new FailurePolicy(
            Drop: false,
            message.Constant.Interval?.ToTimeSpan(),
            message.Constant.HasMaxRetries ? message.Constant.MaxRetries : null),
        _ => null,
    };

    /// <summary>The message of a policy.</summary>
    public static JobFailurePolicy Write(FailurePolicy policy)
    {
        if (policy.Drop)
        {
            return new JobFailurePolicy { Drop = new JobFailurePolicyDrop() };
        }

        var constant = new JobFailurePolicyConstant { Interval = policy.Interval is { } interval ? Duration.FromTimeSpan(interval) : null };
        if (policy.MaxRetries is { } retries)
        {
            constant.MaxRetries = (uint)retries;
        }

        return new JobFailurePolicy { Constant = constant };
    }
}
