namespace Users.Accounts;

/// <summary>A user as read from the database, without the password.</summary>
internal sealed record UserRow(
    Guid Id,
    string Email,
    string FirstName,
    string LastName,
    string? Street,
    string? City,
    string? State,
    string? ZipCode,
    string? Country,
    string RoleList,
    bool IsActive,
    bool MfaEnabled,
    long Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>The columns in the order of this record.</summary>
    public const string Columns = """
        id, email, first_name AS FirstName, last_name AS LastName, address_street AS Street, address_city AS City, address_state AS State,
        address_zip AS ZipCode, address_country AS Country,
        array_to_string(roles, ' ') AS RoleList, is_active AS IsActive, mfa_enabled AS MfaEnabled, version,
        created_at AS CreatedAt, updated_at AS UpdatedAt
        """;

    public string[] Roles => RoleList.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public string Status => IsActive ? "active" : "inactive";

    public Address? Address => Street is null ? null : new Address(Street, City, State, ZipCode, Country);
}
