using System.Security.Cryptography;
using System.Text;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>Version 5 UUIDs: the same name in the same run gives the same id in every replay.</summary>
internal sealed class DeterministicGuid
{
    private readonly Guid scope;

    /// <summary>Ids of one run: its execution id, or one derived from the instance id when it has none.</summary>
    internal DeterministicGuid(string? executionId, string instanceId)
    {
        scope = Guid.TryParse(executionId, out var id) ? id : Create(Guid.Empty, string.IsNullOrEmpty(executionId) ? instanceId : executionId);
    }

    internal Guid For(string name) => Create(scope, name);

    private static Guid Create(Guid scope, string name)
    {
        var text = Encoding.UTF8.GetBytes(name);
        var input = new byte[16 + text.Length];
        scope.TryWriteBytes(input, bigEndian: true, out _);
        text.CopyTo(input, 16);
#pragma warning disable CA5350 // RFC 9562 defines version 5 with SHA-1; nothing here is a secret
        var hash = SHA1.HashData(input).AsSpan(0, 16);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
