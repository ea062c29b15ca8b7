using Sidecar.Components;

namespace Sidecar.Security;

/// <summary>
/// Who may call the app through other sidecars. Callers have an identity only with mTLS, so that on one machine, as with daprd without
/// mTLS, no policy by app id matches and the default action decides.
/// </summary>
internal sealed class AccessControl(AccessControlSpec? spec)
{
    /// <summary>Null when the call may go on, else the refusal in daprd's words.</summary>
    public string? Refusal(string method, string verb) => spec is null or { DefaultAllow: true }
        ? null
        : $"rpc error: code = PermissionDenied desc = access control policy has denied access to id:  operation: {method} verb: {verb}";
}
