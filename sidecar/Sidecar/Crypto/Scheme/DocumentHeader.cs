using System.Buffers;
using System.IO.Pipelines;

namespace Sidecar.Crypto.Scheme;

/// <summary>The first three lines of an encrypted document: the scheme's name, the manifest, and the signature of both.</summary>
/// <param name="Manifest">The second line.</param>
/// <param name="Signature">The third line, Base64.</param>
internal sealed record DocumentHeader(byte[] Manifest, byte[] Signature)
{
    /// <summary>No header is longer.</summary>
    public const int MaxLength = 64 * 1024;

    private const int Lines = 3;

    public static ReadOnlySpan<byte> SchemeName => "dapr.io/enc/v1"u8;

    /// <summary>What is signed.</summary>
    public static byte[] Signed(ReadOnlySpan<byte> manifest) => [.. SchemeName, (byte)'\n', .. manifest, (byte)'\n'];

    /// <summary>Reads a header and leaves the input behind it. Throws <see cref="CryptoException"/>.</summary>
    public static async Task<DocumentHeader> ReadAsync(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (buffer, isEnd) = await ReadMoreAsync(input, cancellationToken);
            var lines = new List<byte[]>();
            var rest = Split(buffer, lines);
            if (lines.Count == Lines)
            {
                input.AdvanceTo(rest);
                return new DocumentHeader(lines[1], lines[2]);
            }

            if (isEnd || buffer.Length >= MaxLength)
            {
                throw Invalid(lines.Count switch { 0 => "scheme name not found", 1 => "manifest not found", _ => "message authentication code not found" });
            }

            input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    // A broken input is one that ends early: the header it did not bring is the error.
    private static async Task<(ReadOnlySequence<byte> Buffer, bool IsEnd)> ReadMoreAsync(PipeReader input, CancellationToken cancellationToken)
    {
        try
        {
            var read = await input.ReadAsync(cancellationToken);
            return (read.Buffer, read.IsCompleted);
        }
        catch (Exception exception) when (exception is CryptoException or IOException)
        {
            return (ReadOnlySequence<byte>.Empty, true);
        }
    }

    private static SequencePosition Split(ReadOnlySequence<byte> buffer, List<byte[]> lines)
    {
        var reader = new SequenceReader<byte>(buffer.Slice(0, Math.Min(buffer.Length, MaxLength)));
        while (lines.Count < Lines && reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            if (line.IsEmpty)
            {
                throw Invalid("invalid format");
            }

            lines.Add(line.ToArray());
            if (lines.Count == 1 && !lines[0].AsSpan().SequenceEqual(SchemeName))
            {
                throw Invalid("unsupported scheme");
            }
        }

        return reader.Position;
    }

    private static CryptoException Invalid(string problem) => new($"invalid header: {problem}");
}
