using System.Text;
using System.Text.Json;
using Npgsql;
using Sidecar.State.Queries;

namespace Sidecar.State.PostgreSql;

/// <summary>Queries over the JSON of version 1. Names and values of the filter are parameters; a number compares and sorts as a number.</summary>
internal sealed class PostgreSqlQueries(NpgsqlDataSource source, string table, TimeSpan timeout) : IStateQueries
{
    public async Task<QueryAnswer> RunAsync(StateQuery query, StateKeys keys, CancellationToken cancellationToken)
    {
        long skip = 0;
        if (query.Token.Length > 0 && !GoNumber.TryParse(query.Token, "ParseInt", out skip, out var invalid))
        {
            return QueryAnswer.Refused(invalid);
        }

        await using var command = source.CreateCommand();
        command.CommandTimeout = (int)Math.Ceiling(timeout.TotalSeconds);
        var statement = new Statement(command);
        if (statement.Write(table, query, keys.Stored(""), skip) is { } problem)
        {
            return QueryAnswer.Refused(problem);
        }

        var rows = new List<QueryRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new QueryRow(reader.GetString(0), Encoding.UTF8.GetBytes(reader.GetString(1)), reader.GetString(2)));
        }

        return new QueryAnswer(rows, query.Limit > 0 ? $"{skip + rows.Count}" : "");
    }

    private sealed class Statement(NpgsqlCommand command)
    {
        private readonly StringBuilder _text = new();
        private string? _problem;

        /// <summary>Puts the statement into the command; what cannot be asked, or null.</summary>
        public string? Write(string table, StateQuery query, string prefix, long skip)
        {
            // A further separator is in keys that are no application's own, such as those of actors.
            var own = Parameter(prefix);
            _text.Append($"SELECT key, value::text, xmin::text FROM {table} WHERE (expiredate IS NULL OR expiredate >= now())")
                .Append($" AND starts_with(key, {own}) AND strpos(substr(key, length({own}) + 1), '||') = 0");
            if (query.Filter is { } filter)
            {
                _text.Append(" AND ").Append(Condition(filter));
            }

            // The key comes last: without an order between values that sort alike, pages would lose some and repeat others.
            var order = query.Sort.Select(sort => $"{Member(sort.Key)} {Order(sort.Order)}").Append("key");
            _text.Append(" ORDER BY ").AppendJoin(", ", order);
            _text.Append(query.Limit > 0 ? $" LIMIT {query.Limit} OFFSET {skip}" : $" OFFSET {skip}");
            command.CommandText = _text.ToString();
            return _problem;
        }

        private string Condition(QueryFilter filter) => filter switch
        {
            Comparison { Operator: "EQ" } equal => Equal(Member(equal.Key), equal.Value),
            Comparison { Operator: "NEQ" } other => $"NOT {Equal(Member(other.Key), other.Value)}",
            Comparison ordered => Ordered(ordered),
            OneOf { Values.Count: 0 } none => Refuse($"empty IN operator for key \"{none.Key}\""),
            OneOf some => AnyOf(some),
            Combination { All: true } all => $"({string.Join(" AND ", all.Filters.Select(Condition))})",
            Combination any => $"({string.Join(" OR ", any.Filters.Select(Condition))})",
            _ => throw new NotSupportedException(filter.GetType().Name),
        };

        private string AnyOf(OneOf filter)
        {
            var member = Member(filter.Key);
            return $"({string.Join(" OR ", filter.Values.Select(value => Equal(member, value)))})";
        }

        private string Ordered(Comparison filter)
        {
            if (filter.Value.ValueKind == JsonValueKind.String)
            {
                return Refuse($"unsupported type of value {filter.Value.GetString()}; string type not permitted");
            }

            var sign = filter.Operator switch { "GT" => ">", "GTE" => ">=", "LT" => "<", _ => "<=" };
            var (member, value) = (Member(filter.Key), Json(filter.Value));
            return $"(jsonb_typeof({member}) = jsonb_typeof({value}) AND {member} {sign} {value})";
        }

        // Equal as JSON, or with the same text: Dapr does not tell 5 from "5". Null has no text, and would make everything unknown.
        private string Equal(string member, JsonElement value)
        {
            var json = Json(value);
            return value.ValueKind == JsonValueKind.Null ? $"({member} = {json})" : $"({member} = {json} OR {member} #>> '{{}}' = {json} #>> '{{}}')";
        }

        private string Member(string key) => $"(value #> {Parameter(key.Split('.'))})";

        private string Json(JsonElement value) => $"{Parameter(value.GetRawText())}::jsonb";

        private string Order(string order)
        {
            var known = order.ToUpperInvariant();
            return known is "" or "ASC" or "DESC" ? known : Refuse($"ERROR: syntax error at or near \"{order}\" (SQLSTATE 42601)");
        }

        private string Refuse(string problem)
        {
            _problem ??= problem;
            return "";
        }

        private string Parameter(object value)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
            return $"${command.Parameters.Count}";
        }
    }
}
