namespace Users.Accounts;

/// <summary>A postal address; the country is an ISO 3166 code of two letters.</summary>
internal sealed record Address(string? Street = null, string? City = null, string? State = null, string? ZipCode = null, string? Country = null);
