namespace ServiceDefaults;

/// <summary>Verifies access tokens.</summary>
public interface ITokenVerifier
{
    /// <summary>The context of a valid token, else the code of what is wrong with it.</summary>
    ValueTask<TokenVerdict> VerifyAsync(string token, CancellationToken ct);
}
