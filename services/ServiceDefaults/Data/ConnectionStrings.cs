namespace ServiceDefaults;

/// <summary>How a service reaches its database: as application, as owner of the schema, and across tenants.</summary>
internal sealed record ConnectionStrings(string Default, string Owner, string System);
