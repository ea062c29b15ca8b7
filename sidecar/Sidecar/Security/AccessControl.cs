using Sidecar.Components;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Security;

/// <summary>
/// Who may call the app through other sidecars. Callers have an identity only with mTLS, so that on one machine, as with daprd without
/// mTLS, no policy by app id matches and the default action decides.
/// </summary>
internal sealed class AccessControl(AccessControlSpec? spec, ServiceMetrics metrics)
{
    /// <summary>Null when the call may go on, else the refusal in daprd's words.</summary>
    public string? Refusal(string method, string verb)
    {
        if (spec is null)
        {
            return null;
        }

        metrics.AccessDecided(spec.DefaultAllow);
        return spec.DefaultAllow ? null : $"rpc error: code = PermissionDenied desc = access control policy has denied access to id:  operation: {method} verb: {verb}";
    }
}
