namespace Dapr.Common.Exceptions;

/// <summary>A message for people.</summary>
/// <param name="Locale">Its language.</param>
/// <param name="Message">The message.</param>
public sealed record DaprLocalizedMessageDetail(string Locale, string Message) : DaprExtendedErrorDetail(DaprExtendedErrorType.LocalizedMessage);
