using Sidecar.Components;

namespace Sidecar.Security;

/// <summary>Which APIs the Configuration lets the app use. A refused one looks as if it did not exist.</summary>
internal sealed class ApiAccess(IReadOnlyList<ApiRule> allowed, IReadOnlyList<ApiRule> denied)
{
    private readonly ApiRule[] _allowed = [.. allowed.Where(IsHttp)];
    private readonly ApiRule[] _denied = [.. denied.Where(IsHttp)];

    /// <summary>Whether an API like <c>v1.0/state</c> may be used over HTTP.</summary>
    public bool Allows(ReadOnlySpan<char> prefix)
    {
        if (_allowed.Length + _denied.Length == 0)
        {
            return true;
        }

        var slash = prefix.IndexOf('/');
        var (version, name) = (slash < 0 ? "" : prefix[..slash].ToString(), prefix[(slash + 1)..].ToString());
        return !_denied.Any(Matches) && (_allowed.Length == 0 || _allowed.Any(Matches));

        bool Matches(ApiRule rule) => rule.Name == name && (rule.Version.Length == 0 || Canonical(rule.Version) == Canonical(version));
    }

    // A rule without a protocol is meant for both.
    private static bool IsHttp(ApiRule rule) => rule.Protocol is "" || rule.Protocol.Equals("http", StringComparison.OrdinalIgnoreCase);

    // v1.0 and v1, v1.0-alpha1 and v1alpha1 are two names of one version.
    private static string Canonical(string version) => version.Replace(".0", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
}
