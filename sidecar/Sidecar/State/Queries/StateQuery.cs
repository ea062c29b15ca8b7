using System.Text.Json;

namespace Sidecar.State.Queries;

/// <summary>A query of the alpha API.</summary>
/// <param name="Filter">Which values; null = all.</param>
/// <param name="Sort">By which members of the values, the most important first.</param>
/// <param name="Limit">How many at most; 0 or less = all.</param>
/// <param name="Token">Where the page begins: what the page before it gave; empty = at the first.</param>
internal sealed record StateQuery(QueryFilter? Filter, IReadOnlyList<QuerySort> Sort, long Limit, string Token);

/// <summary>A member to sort by. <paramref name="Key"/> has dots between names that stand in each other, <paramref name="Order"/> is <c>ASC</c>, <c>DESC</c> or empty.</summary>
internal sealed record QuerySort(string Key, string Order);

/// <summary>A condition on values.</summary>
internal abstract record QueryFilter;

/// <summary>Compares the member <paramref name="Key"/> of a value.</summary>
internal sealed record Comparison(string Operator, string Key, JsonElement Value) : QueryFilter;

/// <summary>The member <paramref name="Key"/> equals one of several.</summary>
internal sealed record OneOf(string Key, IReadOnlyList<JsonElement> Values) : QueryFilter;

/// <summary>All of several conditions, or any of them.</summary>
internal sealed record Combination(bool All, IReadOnlyList<QueryFilter> Filters) : QueryFilter;

/// <summary>What a query found, with the token of the next page, or why it cannot be answered.</summary>
internal sealed record QueryAnswer(IReadOnlyList<QueryRow> Rows, string Token, string? Problem = null)
{
    public static QueryAnswer Refused(string problem) => new([], "", problem);
}

/// <summary>A value that a query found. <paramref name="Key"/> is the stored key, prefix included.</summary>
internal sealed record QueryRow(string Key, ReadOnlyMemory<byte> Data, string ETag);
