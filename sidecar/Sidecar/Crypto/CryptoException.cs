namespace Sidecar.Crypto;

/// <summary>A cryptographic operation that cannot be carried out; the text is daprd's and tells nothing of keys or contents.</summary>
internal sealed class CryptoException(string message) : Exception(message);
