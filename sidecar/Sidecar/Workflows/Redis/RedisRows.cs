using System.Globalization;
using System.Text;
using Dapr.DurableTask.Protobuf;
using Sidecar.Redis;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Redis;

/// <summary>Rows as the scripts take and give them. Numbers are decimal text; 64-bit ones stay below 2^53, as Lua needs it, for the first two million owners of a store.</summary>
internal static class RedisRows
{
    /// <summary>The operations of a commit, in the order in which they are to be done.</summary>
    public static void AddOperations(List<RedisArgument> to, StoreCommit commit)
    {
        commit.Created.ForEach(row => to.AddRange(["C", row.InstanceId, row.Generation, (int)row.Status, Milliseconds(row.CompletedAt), WriteHead(row), row.Start]));
        commit.History.ForEach(row => to.AddRange(["H", row.InstanceId, row.Generation, row.Sequence, row.Event]));
        commit.Inbox.ForEach(row => to.AddRange(["I", row.InstanceId, row.Key, WriteInbox(row)]));
        commit.Tasks.ForEach(row => to.AddRange(["T", row.InstanceId, row.Generation, row.TaskId, row.Event]));
        commit.Timers.ForEach(row => to.AddRange(["M", row.InstanceId, row.Generation, row.TimerId, row.FireAt.ToUnixTimeMilliseconds(), WriteTimer(row)]));
        commit.Updated.ForEach(row => to.AddRange(["U", row.InstanceId, row.Generation, (int)row.Status, Milliseconds(row.CompletedAt), WriteHead(row)]));
        commit.InboxTaken.ForEach(key => to.AddRange(["i", key.InstanceId, key.Key]));
        commit.TasksDone.ForEach(key => to.AddRange(["t", key.InstanceId, key.Generation, key.Id]));
        commit.TimersDone.ForEach(key => to.AddRange(["m", key.InstanceId, key.Generation, key.Id]));
        commit.Ended.ForEach(row => to.AddRange(["E", row.InstanceId, row.UpTo]));
        commit.Purged.ForEach(row => to.AddRange(["P", row.InstanceId, row.UpTo]));
    }

    public static InstanceRow ReadHead(string instanceId, byte[] head, byte[] start)
    {
        using var reader = new BinaryReader(new MemoryStream(head), Encoding.UTF8);
        var generation = reader.ReadInt64();
        var name = reader.ReadString();
        var status = (OrchestrationStatus)reader.ReadInt32();
        var (created, updated, completed) = (ReadTime(reader), ReadTime(reader), ReadTime(reader));
        return new InstanceRow(instanceId, generation, name, status, created, updated, completed == default ? null : completed, reader.ReadBytes(head.Length), start);
    }

    public static StoredInstance ReadInstance(string instanceId, RedisReply reply)
    {
        var head = reply.Items[0].IsNull ? null : ReadHead(instanceId, reply.Items[0].Bytes, reply.Items[1].Bytes);
        return new StoredInstance(
            instanceId,
            head,
            [.. reply.Items[2].AsFields().OrderBy(field => Number(field.Key)).Select(field => field.Value.Bytes)],
            [.. reply.Items[3].AsFields().OrderBy(field => Number(field.Key)).Select(field => ReadInbox(instanceId, Number(field.Key), field.Value.Bytes))],
            [.. reply.Items[4].AsFields().Select(field => ReadTask(instanceId, field.Key, field.Value.Bytes)).Where(task => task.Generation == head?.Generation).OrderBy(task => task.TaskId)]);
    }

    public static TimerRow ReadTimer(string member)
    {
        var parts = member.Split('|', 4);
        return new TimerRow(parts[3], Number(parts[1]), (int)Number(parts[2]), new DateTimeOffset(Number(parts[0]), TimeSpan.Zero));
    }

    private static string WriteTimer(TimerRow row) => string.Create(CultureInfo.InvariantCulture, $"{row.FireAt.UtcTicks:d19}|{row.Generation}|{row.TimerId}|{row.InstanceId}");

    private static byte[] WriteHead(InstanceRow row)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(row.Generation);
        writer.Write(row.Name);
        writer.Write((int)row.Status);
        writer.Write(row.CreatedAt.UtcTicks);
        writer.Write(row.UpdatedAt.UtcTicks);
        writer.Write(row.CompletedAt?.UtcTicks ?? 0);
        writer.Write(row.State);
        writer.Flush();
        return stream.ToArray();
    }

    private static byte[] WriteInbox(InboxRow row)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(row.ExecutionId is not null);
        writer.Write(row.ExecutionId ?? "");
        writer.Write(row.Event);
        writer.Flush();
        return stream.ToArray();
    }

    private static InboxRow ReadInbox(string instanceId, long key, byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        var isForOneRun = reader.ReadBoolean();
        var executionId = reader.ReadString();
        return new InboxRow(instanceId, key, isForOneRun ? executionId : null, reader.ReadBytes(bytes.Length));
    }

    private static TaskRow ReadTask(string instanceId, string field, byte[] bytes)
    {
        var parts = field.Split(':');
        return new TaskRow(instanceId, Number(parts[0]), (int)Number(parts[1]), bytes);
    }

    private static DateTimeOffset ReadTime(BinaryReader reader) => new(reader.ReadInt64(), TimeSpan.Zero);

    private static string Milliseconds(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) ?? "";

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
