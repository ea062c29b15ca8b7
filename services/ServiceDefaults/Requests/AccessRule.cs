namespace ServiceDefaults;

/// <summary>Endpoint metadata: who may call. Roles are alternatives; an administrator may do what an operator may.</summary>
internal sealed record AccessRule(AccessKind Kind, IReadOnlyList<string> Roles)
{
    public bool Admits(RequestContext context) =>
        Roles.Count == 0 || Roles.Any(context.Has) || (Roles.Contains(ServiceDefaults.Roles.Operator) && context.Has(ServiceDefaults.Roles.Admin));
}
