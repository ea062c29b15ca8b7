using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Sidecar.Components;
using Sidecar.State.PostgreSql;

namespace Sidecar.Bindings;

/// <summary><c>bindings.postgresql</c>: runs the statement in metadata <c>sql</c> with the JSON array in <c>params</c>; rows come back as arrays of columns.</summary>
internal sealed class PostgreSqlBinding : IOutputBinding
{
    private readonly ComponentSpec _spec;
    private readonly ComponentContext _context;
    private readonly NpgsqlDataSource _database;
    private readonly PostgreSqlWatch _watch;
    private readonly TimeSpan _timeout;
    private volatile bool _isClosed;

    public PostgreSqlBinding(ComponentSpec spec, ComponentContext context)
    {
        _spec = spec;
        _context = context;
        _database = NpgsqlDataSource.Create(PostgreSqlConnectionString.From(spec));
        _watch = new PostgreSqlWatch(_database, context.Time);
        _timeout = new MetadataReader(spec).Positive("timeout", TimeSpan.FromSeconds(20));
    }

    /// <inheritdoc />
    public string? Problem => _watch.Problem;

    /// <inheritdoc />
    public IReadOnlyList<string> Operations { get; } = ["exec", "query", "close"];

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _database.OpenConnectionAsync(cancellationToken);
            _watch.Start();
        }
        catch (NpgsqlException exception)
        {
            throw new ComponentException($"{_spec.File}: component '{_spec.Name}' ({_spec.Type}): failed to ping the DB: {exception.Message}; start the server or correct the connection string", exception);
        }
    }

    /// <inheritdoc />
    public async Task<BindingResult> InvokeAsync(BindingRequest request, CancellationToken cancellationToken)
    {
        if (request.Operation == "close")
        {
            _isClosed = true;
            _database.Clear();
            return BindingResult.Nothing;
        }

        if (_isClosed)
        {
            return BindingResult.Failed("component is closed");
        }

        if (request["sql"] is not { } sql)
        {
            return BindingResult.Failed("required metadata not set: sql");
        }

        var started = _context.Time.GetUtcNow();
        var clock = _context.Time.GetTimestamp();
        try
        {
            await using var command = _database.CreateCommand(sql);
            command.CommandTimeout = (int)Math.Ceiling(_timeout.TotalSeconds);
            if (AddParameters(command, request["params"]) is { } problem)
            {
                return BindingResult.Failed(problem);
            }

            var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["operation"] = request.Operation, ["sql"] = sql, ["start-time"] = Time(started) };
            var data = ReadOnlyMemory<byte>.Empty;
            if (request.Operation == "exec")
            {
                metadata["rows-affected"] = Math.Max(0, await command.ExecuteNonQueryAsync(cancellationToken)).ToString(CultureInfo.InvariantCulture);
            }
            else
            {
                data = await QueryAsync(command, cancellationToken);
            }

            var elapsed = _context.Time.GetElapsedTime(clock);
            metadata["end-time"] = Time(started + elapsed);
            metadata["duration"] = string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalMilliseconds:0.######}ms");
            return new BindingResult(new BindingResponse(data, metadata));
        }
        catch (PostgresException exception)
        {
            return BindingResult.Failed($"error executing query: {exception.Severity}: {exception.MessageText} (SQLSTATE {exception.SqlState})");
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static string? AddParameters(NpgsqlCommand command, string? text)
    {
        if (text is null)
        {
            return null;
        }

        const string Prefix = "invalid metadata property params: failed to unserialize into an array: ";
        using var document = Api.Http.GoJson.Decode(System.Text.Encoding.UTF8.GetBytes(text), out var error);
        if (document is null)
        {
            return Prefix + error;
        }

        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            return $"{Prefix}json: cannot unmarshal {Api.Http.GoJson.KindOf(document.RootElement)} into Go value of type []interface {{}}";
        }

        foreach (var element in document.RootElement.EnumerateArray())
        {
            // Sent as text: the server knows the type that the statement needs.
            object value = element.ValueKind switch
            {
                JsonValueKind.Null => DBNull.Value,
                JsonValueKind.String => element.GetString()!,
                _ => element.GetRawText(),
            };
            command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Unknown });
        }

        return null;
    }

    private static async Task<byte[]> QueryAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                json.WriteStartArray();
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    Write(json, reader, i);
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, NpgsqlDataReader reader, int column)
    {
        if (reader.IsDBNull(column))
        {
            json.WriteNullValue();
            return;
        }

        if (reader.GetDataTypeName(column) is "json" or "jsonb")
        {
            json.WriteRawValue(reader.GetString(column));
            return;
        }

        switch (reader.GetValue(column))
        {
            case bool flag: json.WriteBooleanValue(flag); break;
            case short number: json.WriteNumberValue(number); break;
            case int number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case float number when float.IsFinite(number): json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case decimal number: json.WriteNumberValue(number); break;
            case byte[] bytes: json.WriteBase64StringValue(bytes); break;
            case DateTime time: json.WriteStringValue(time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture)); break;
            case Array array: JsonSerializer.Serialize(json, array, array.GetType()); break;
            case var other: json.WriteStringValue(Convert.ToString(other, CultureInfo.InvariantCulture)); break;
        }
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture);
}
