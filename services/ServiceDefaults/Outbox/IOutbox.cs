namespace ServiceDefaults;

/// <summary>Writes work to be done after the transaction, at least once, in order per aggregate.</summary>
public interface IOutbox
{
    /// <summary>Adds an entry to the transaction.</summary>
    Task AppendAsync(DbSession session, OutboxEntry entry);
}
