namespace Dapr.Common.Exceptions;

/// <summary>The resource that it is about.</summary>
/// <param name="ResourceType">Its kind.</param>
/// <param name="ResourceName">Its name.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Description">More.</param>
public sealed record DaprResourceInfoDetail(string ResourceType, string ResourceName, string Owner, string Description) : DaprExtendedErrorDetail(DaprExtendedErrorType.ResourceInfo);
