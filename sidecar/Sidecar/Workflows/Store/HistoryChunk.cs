using Dapr.DurableTask.Protobuf;
using Google.Protobuf;

namespace Sidecar.Workflows.Store;

/// <summary>
/// The events that one step adds to a history, as one row: a row costs a database more than the bytes in it. A chunk is a serialized
/// <see cref="GetInstanceHistoryResponse"/>. Rows that were written event by event are read too: no event begins with the byte a chunk begins with.
/// </summary>
internal static class HistoryChunk
{
    private static readonly byte First = (byte)WireFormat.MakeTag(GetInstanceHistoryResponse.EventsFieldNumber, WireFormat.WireType.LengthDelimited);

    /// <summary>Puts the rows of one step, which follow one another, into one.</summary>
    public static void Pack(List<HistoryRow> rows)
    {
        if (rows.Count < 2)
        {
            return;
        }

        var chunk = new byte[rows.Sum(row => 1 + CodedOutputStream.ComputeLengthSize(row.Event.Length) + row.Event.Length)];
        var position = 0;
        foreach (var row in rows)
        {
            chunk[position++] = First;
            for (var length = (uint)row.Event.Length; ; length >>= 7)
            {
                chunk[position++] = (byte)(length < 0x80 ? length : length | 0x80);
                if (length < 0x80)
                {
                    break;
                }
            }

            row.Event.CopyTo(chunk, position);
            position += row.Event.Length;
        }

        var packed = rows[0] with { Event = chunk };
        rows.Clear();
        rows.Add(packed);
    }

    /// <summary>The events of a row.</summary>
    public static IEnumerable<HistoryEvent> Unpack(byte[] row) => row.Length > 0 && row[0] == First
        ? GetInstanceHistoryResponse.Parser.ParseFrom(row).Events
        : [HistoryEvent.Parser.ParseFrom(row)];
}
