using Sidecar.Components;

namespace Sidecar.Security;

/// <summary>Which APIs the Configuration lets the app use. A refused one looks as if it did not exist.</summary>
internal sealed class ApiAccess(IReadOnlyList<ApiRule> allowed, IReadOnlyList<ApiRule> denied)
{
    /// <summary>Whether there is anything to check.</summary>
    public bool IsOpen { get; } = !allowed.Any(IsHttp) && !denied.Any(IsHttp);

    /// <summary>Whether an API like <c>v1.0/state</c> may be used over HTTP.</summary>
    public bool Allows(ReadOnlySpan<char> prefix)
    {
        if (IsOpen)
        {
            return true;
        }

        var api = prefix.ToString();
        return !denied.Any(rule => IsHttp(rule) && Matches(rule, api)) && (!allowed.Any(IsHttp) || allowed.Any(rule => IsHttp(rule) && Matches(rule, api)));
    }

    private static bool IsHttp(ApiRule rule) => rule.Protocol is "" || rule.Protocol.Equals("http", StringComparison.OrdinalIgnoreCase);

    private static bool Matches(ApiRule rule, string api)
    {
        var slash = api.IndexOf('/', StringComparison.Ordinal);
        return api.AsSpan(slash + 1).SequenceEqual(rule.Name) && (rule.Version.Length == 0 || api.AsSpan(0, slash).SequenceEqual(rule.Version));
    }
}
