namespace ServiceDefaults;

/// <summary>One page of a list.</summary>
/// <param name="Total">Items of all pages.</param>
public sealed record PagedList<T>(IReadOnlyList<T> Items, long Total, int Page, int PageSize);
