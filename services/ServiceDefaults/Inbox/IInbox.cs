namespace ServiceDefaults;

/// <summary>Remembers which events a subscription has handled.</summary>
public interface IInbox
{
    /// <summary>True for an event that is new to the subscription. Call it first in the transaction of the event's effect: it is remembered exactly when the effect is.</summary>
    Task<bool> TryAcceptAsync(DbSession session, string subscription, string eventId);
}
