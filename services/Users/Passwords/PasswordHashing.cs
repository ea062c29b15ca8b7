using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Users.Passwords;

/// <summary>
/// Hashes and checks passwords with the framework's PBKDF2 hasher. Hashing is slow on purpose, so that at most one runs per
/// processor; who waits longer than the limit is turned away instead of queueing up.
/// </summary>
internal sealed class PasswordHashing : IDisposable
{
    private readonly PasswordHasher<PasswordHashing> _hasher;
    private readonly SemaphoreSlim _turns = new(Environment.ProcessorCount);
    private readonly TimeSpan _longestWait;
    private readonly string _hashOfNobody;

    public PasswordHashing(IOptions<PasswordOptions> options)
    {
        _hasher = new PasswordHasher<PasswordHashing>(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.Iterations }));
        _longestWait = TimeSpan.FromSeconds(options.Value.QueueSeconds);
        _hashOfNobody = _hasher.HashPassword(this, "the password of nobody");
    }

    /// <summary>The hash, or null when the service is too busy to make one.</summary>
    public Task<string?> HashAsync(string password, CancellationToken ct) =>
        InTurnAsync<string>(() => _hasher.HashPassword(this, password), ct);

    /// <summary>
    /// Checks a password, or null when the service is too busy. Without a hash (unknown email) the same work is done for
    /// nothing, so that the time tells nobody which accounts exist.
    /// </summary>
    public async Task<PasswordCheck?> CheckAsync(string? hash, string password, CancellationToken ct)
    {
        var result = await InTurnAsync<Tuple<PasswordVerificationResult>>(
            () => Tuple.Create(_hasher.VerifyHashedPassword(this, hash ?? _hashOfNobody, password)), ct);
        return (result?.Item1, hash) switch
        {
            (null, _) => null,
            (_, null) or (PasswordVerificationResult.Failed, _) => PasswordCheck.Wrong,
            (PasswordVerificationResult.SuccessRehashNeeded, _) => PasswordCheck.RightButWeaklyHashed,
            _ => PasswordCheck.Right,
        };
    }

    public void Dispose() => _turns.Dispose();

    private async Task<T?> InTurnAsync<T>(Func<T> work, CancellationToken ct)
        where T : class
    {
        if (!await _turns.WaitAsync(_longestWait, ct))
        {
            return null;
        }

        try
        {
            return work();
        }
        finally
        {
            _turns.Release();
        }
    }
}
