using Dapr.Proto.Common.V1;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Schedules;

namespace Sidecar.Api.Grpc.Services;

/// <summary>The failure policy of a job or reminder as a message.</summary>
internal static class FailurePolicyMessage
{
    private const long LongestTicks = long.MaxValue / TimeSpan.NanosecondsPerTick;

    /// <summary>The policy of a message; null when it names none.</summary>
    public static FailurePolicy? Read(JobFailurePolicy? message) => message?.PolicyCase switch
    {
        JobFailurePolicy.PolicyOneofCase.Drop => new FailurePolicy(Drop: true),
        JobFailurePolicy.PolicyOneofCase.Constant => new FailurePolicy(
            Drop: false,
            message.Constant.Interval is { } interval ? ToTimeSpan(interval) : null,
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

    // A message can hold a duration that is none; as in Go it counts as the nearest one there is.
    private static TimeSpan ToTimeSpan(Duration duration)
    {
        var ticks = ((Int128)duration.Seconds * TimeSpan.TicksPerSecond) + (duration.Nanos / TimeSpan.NanosecondsPerTick);
        return TimeSpan.FromTicks((long)Int128.Clamp(ticks, -LongestTicks, LongestTicks));
    }
}
