namespace Sidecar.Crypto.Scheme;

/// <summary>What wraps and unwraps a document's key: key, algorithm and the name of the vault's key go in.</summary>
internal sealed record KeyVault(Func<ReadOnlyMemory<byte>, string, string, Task<byte[]>> WrapAsync, Func<ReadOnlyMemory<byte>, string, string, Task<byte[]>> UnwrapAsync);
