using System.Text.Json;
using Sidecar.Api.Http;

namespace Sidecar.State.Queries;

/// <summary>Reads the text of a query. What is wrong with it is said as Dapr says it.</summary>
internal static class StateQueryReader
{
    private static readonly string[] Comparisons = ["EQ", "NEQ", "GT", "GTE", "LT", "LTE"];

    /// <summary>The query, or null and what is wrong.</summary>
    public static StateQuery? Read(ReadOnlyMemory<byte> text, out string? problem)
    {
        problem = GoJson.CheckWhole(text);
        if (problem is not null)
        {
            return null;
        }

        using var document = GoJson.Decode(text, out _);
        var body = document!.RootElement.Clone();
        QueryFilter? filter = null;
        problem = Check(body) ?? (StateFields.Member(body, "filter") is { } given && given.EnumerateObject().Any() ? ReadFilter(given, out filter) : null);
        if (problem is not null)
        {
            return null;
        }

        var page = StateFields.Member(body, "page") ?? default;
        return new StateQuery(filter, ReadSort(body), StateFields.Member(page, "limit")?.GetInt64() ?? 0, TextOf(page, "token"));
    }

    private static List<QuerySort> ReadSort(JsonElement body) => StateFields.Member(body, "sort") is { } list
        ? [.. list.EnumerateArray().Select(item => new QuerySort(TextOf(item, "key"), TextOf(item, "order")))]
        : [];

    private static string TextOf(JsonElement element, string name) => StateFields.Member(element, name)?.GetString() ?? "";

    private static string? Check(JsonElement body)
    {
        if (body.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            return WrongType(body, "Go value of type query.QueryFields");
        }

        return Kind(body, "filter", JsonValueKind.Object, "QueryFields.filter of type map[string]interface {}")
            ?? Kind(body, "sort", JsonValueKind.Array, "QueryFields.sort of type []query.Sorting")
            ?? (StateFields.Member(body, "sort") is { } list ? list.EnumerateArray().Select(CheckSort).FirstOrDefault(wrong => wrong is not null) : null)
            ?? Kind(body, "page", JsonValueKind.Object, "QueryFields.page of type query.Pagination")
            ?? (StateFields.Member(body, "page") is { } page ? CheckPage(page) : null);
    }

    private static string? CheckSort(JsonElement item) => item.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null)
        ? WrongType(item, "Go struct field QueryFields.sort of type query.Sorting")
        : Kind(item, "key", JsonValueKind.String, "Sorting.sort.key of type string") ?? Kind(item, "order", JsonValueKind.String, "Sorting.sort.order of type string");

    private static string? CheckPage(JsonElement page)
    {
        if (Kind(page, "limit", JsonValueKind.Number, "Pagination.page.limit of type int") is { } wrong)
        {
            return wrong;
        }

        return StateFields.Member(page, "limit") is { } limit && !limit.TryGetInt64(out _)
            ? $"json: cannot unmarshal number {limit.GetRawText()} into Go struct field Pagination.page.limit of type int"
            : Kind(page, "token", JsonValueKind.String, "Pagination.page.token of type string");
    }

    private static string? Kind(JsonElement element, string name, JsonValueKind kind, string field) =>
        StateFields.Member(element, name) is { } member && member.ValueKind != kind ? WrongType(member, $"Go struct field {field}") : null;

    private static string WrongType(JsonElement element, string place) => $"json: cannot unmarshal {GoJson.KindOf(element)} into {place}";

    private static string? ReadFilter(JsonElement element, out QueryFilter? filter)
    {
        filter = null;
        if (element.ValueKind != JsonValueKind.Object)
        {
            return "filter unit must be a map";
        }

        if (!IsSingle(element, out var entry))
        {
            return "filter unit must have a single element";
        }

        return entry.Name switch
        {
            "AND" or "OR" => ReadCombination(entry, out filter),
            "IN" => ReadOneOf(entry.Value, out filter),
            var name when Comparisons.Contains(name) => ReadComparison(entry, out filter),
            var name => $"unsupported filter \"{name}\"",
        };
    }

    private static string? ReadCombination(JsonProperty entry, out QueryFilter? filter)
    {
        filter = null;
        if (entry.Value.ValueKind != JsonValueKind.Array)
        {
            return $"{entry.Name} filter must be an array";
        }

        if (entry.Value.GetArrayLength() < 2)
        {
            return $"{entry.Name} filter must contain at least two entries";
        }

        var parts = new List<QueryFilter>();
        foreach (var element in entry.Value.EnumerateArray())
        {
            if (ReadFilter(element, out var part) is { } problem)
            {
                return problem;
            }

            parts.Add(part!);
        }

        filter = new Combination(entry.Name == "AND", parts);
        return null;
    }

    private static string? ReadOneOf(JsonElement element, out QueryFilter? filter)
    {
        filter = null;
        if (Pair("IN", element, out var pair) is { } problem)
        {
            return problem;
        }

        if (pair.Value.ValueKind != JsonValueKind.Array)
        {
            return "IN filter value must be an array";
        }

        filter = new OneOf(pair.Name, [.. pair.Value.EnumerateArray()]);
        return null;
    }

    private static string? ReadComparison(JsonProperty entry, out QueryFilter? filter)
    {
        filter = null;
        if (Pair(entry.Name, entry.Value, out var pair) is { } problem)
        {
            return problem;
        }

        filter = new Comparison(entry.Name, pair.Name, pair.Value);
        return null;
    }

    private static string? Pair(string kind, JsonElement element, out JsonProperty pair)
    {
        pair = default;
        if (element.ValueKind != JsonValueKind.Object)
        {
            return $"{kind} filter must be a map";
        }

        return IsSingle(element, out pair) ? null : $"{kind} filter must contain a single key/value pair";
    }

    private static bool IsSingle(JsonElement element, out JsonProperty entry)
    {
        using var entries = element.EnumerateObject();
        entry = entries.MoveNext() ? entries.Current : default;
        return element.EnumerateObject().Count() == 1;
    }
}
