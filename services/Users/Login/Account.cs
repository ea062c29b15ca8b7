namespace Users.Login;

/// <summary>What a login needs to know of the account that an email names.</summary>
internal sealed record Account(Guid Id, string TenantId, string PasswordHash, bool IsActive)
{
    /// <summary>Keeps the hash out of logs and messages.</summary>
    public override string ToString() => $"{nameof(Account)} {Id}";
}
