namespace Users.Accounts;

/// <summary>A user as clients see it: nothing secret.</summary>
internal sealed record UserView(
    Guid Id,
    string Email,
    string FirstName,
    string LastName,
    Address? Address,
    IReadOnlyList<string> Roles,
    string Status,
    bool MfaEnabled,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static UserView Of(UserRow row) =>
        new(row.Id, row.Email, row.FirstName, row.LastName, row.Address, row.Roles, row.Status, row.MfaEnabled, row.CreatedAt, row.UpdatedAt);
}
