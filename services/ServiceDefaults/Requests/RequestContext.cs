using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>
/// On whose behalf work is done. Built from the verified token (user calls) or from the headers of a sidecar's call (system
/// calls); endpoints take it as a parameter and hand it to every database transaction and service call.
/// </summary>
public sealed record RequestContext
{
    /// <summary>The tenant that a single shop lives in.</summary>
    public const string DefaultTenant = "default";

    private const string SystemPrefix = "system:";

    /// <summary>The tenant whose rows the work may see.</summary>
    public required string TenantId { get; init; }

    /// <summary>The user, null for anonymous and system work.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The login session of the token.</summary>
    public string? SessionId { get; init; }

    /// <summary>The user's roles, see <see cref="ServiceDefaults.Roles"/>.</summary>
    public IReadOnlySet<string> Roles { get; init; } = ImmutableHashSet<string>.Empty;

    /// <summary>Fine-grained permissions of the token.</summary>
    public IReadOnlySet<string> Permissions { get; init; } = ImmutableHashSet<string>.Empty;

    /// <summary>Who acts: `user:{id}`, `system:{name}` or `anonymous`.</summary>
    public required string Actor { get; init; }

    /// <summary>The client's address, for the audit table only.</summary>
    public string? Ip { get; init; }

    /// <summary>The client's program, for the audit table only.</summary>
    public string? UserAgent { get; init; }

    /// <summary>True for a user whose token was verified.</summary>
    public bool IsUser => UserId is not null;

    /// <summary>True for the work of the platform itself.</summary>
    public bool IsSystem => Actor.StartsWith(SystemPrefix, StringComparison.Ordinal);

    /// <summary>True for an operator or administrator.</summary>
    public bool IsOperator => Has(ServiceDefaults.Roles.Operator) || Has(ServiceDefaults.Roles.Admin);

    /// <summary>The user's id; a fault on an endpoint that does not require a user.</summary>
    public Guid RequiredUserId => UserId ?? throw new InvalidOperationException("The endpoint needs .RequireUser() to have a user id.");

    /// <summary>The caller's bearer token, sent on with calls for the user. Internal, so that no log or JSON shows it.</summary>
    internal string? BearerToken { get; init; }

    /// <summary>The context of the platform's own work, e.g. a saga step or a job.</summary>
    public static RequestContext System(string name, string tenant = DefaultTenant) => new() { TenantId = tenant, Actor = SystemPrefix + name };

    /// <summary>A context without any identity.</summary>
    public static RequestContext Anonymous(string tenant = DefaultTenant) => new() { TenantId = tenant, Actor = "anonymous" };

    /// <summary>Whether the user has a role.</summary>
    public bool Has(string role) => Roles.Contains(role);

    /// <summary>Takes the context that the pipeline established for the request.</summary>
    public static ValueTask<RequestContext?> BindAsync(HttpContext context) => ValueTask.FromResult<RequestContext?>(context.RequestContext());
}
