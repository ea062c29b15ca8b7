using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Sidecar.Api.Http;
using Sidecar.Components;
using Sidecar.State.Queries;

namespace Sidecar.State.PostgreSql;

/// <summary><c>state.postgresql</c>, v1 and v2. A transaction of several operations is one database transaction.</summary>
internal sealed partial class PostgreSqlStateStore : IStateStore
{
    private readonly ComponentSpec _spec;
    private readonly ILogger _logger;
    private readonly PostgreSqlLayout _layout;
    private readonly NpgsqlDataSource _source;
    private readonly TimeSpan _timeout;
    private readonly PostgreSqlCleanup _cleanup;
    private readonly PostgreSqlWatch _watch;

    public PostgreSqlStateStore(ComponentSpec spec, ComponentContext context)
    {
        _spec = spec;
        _logger = context.Loggers.CreateLogger("Sidecar.State.PostgreSql");
        _layout = PostgreSqlLayout.From(spec);
        _source = NpgsqlDataSource.Create(PostgreSqlConnectionString.From(spec));
        var metadata = new MetadataReader(spec);
        _timeout = metadata.Duration(spec["timeout"] is null ? "timeoutInSeconds" : "timeout", TimeSpan.FromSeconds(20));
        if (_timeout < TimeSpan.FromSeconds(1))
        {
            throw ComponentException.Field(spec, "timeout", "is too short", "give 1s or more");
        }

        var interval = metadata.Duration(spec["cleanupInterval"] is null ? "cleanupIntervalInSeconds" : "cleanupInterval", TimeSpan.FromHours(1));
        _cleanup = new PostgreSqlCleanup(_source, _layout, interval, _logger, context.Time);
        _watch = new PostgreSqlWatch(_source, context.Time);
        Queries = _layout.Version2 ? null : new PostgreSqlQueries(_source, _layout.Table, _timeout);
    }

    public IReadOnlyList<string> Capabilities => _layout.Version2 ? ["ETAG", "TRANSACTIONAL", "TTL", "KEYS_LIKE", "ACTOR"] : ["ETAG", "TRANSACTIONAL", "TTL", "KEYS_LIKE", "QUERY_API", "ACTOR"];

    /// <inheritdoc />
    public IStateQueries? Queries { get; }

    /// <inheritdoc />
    public string? Problem => _watch.Problem;

    /// <inheritdoc />
    public bool ListsMissingLast => true;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PostgreSqlMigration.RunAsync(_source, _layout, cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw new ComponentException($"{_spec.File}: component '{_spec.Name}' ({_spec.Type}): cannot prepare the database: {exception.Message}; start the server or correct connectionString", exception);
        }

        _cleanup.Start();
        _watch.Start();
    }

    public async Task<StateItem?> GetAsync(string key, CancellationToken cancellationToken) => (await GetAsync([key], cancellationToken))[0];

    public async Task<IReadOnlyList<StateItem?>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            return [];
        }

        await using var command = _source.CreateCommand(_layout.Select);
        command.CommandTimeout = (int)Math.Ceiling(_timeout.TotalSeconds);
        command.Parameters.Add(new() { Value = keys.Distinct(StringComparer.Ordinal).ToArray() });
        var found = new Dictionary<string, StateItem>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found[reader.GetString(0)] = Read(reader);
        }

        return [.. keys.Select(key => found.GetValueOrDefault(key))];
    }

    public async Task<StateFailure?> ApplyAsync(StateOperation operation, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        return await ApplyAsync(connection, operation, cancellationToken);
    }

    public async Task<StateFailure?> TransactAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken)
    {
        if (operations.Count == 0)
        {
            return null;
        }

        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var operation in operations)
        {
            if (await ApplyAsync(connection, operation, cancellationToken) is { } failure)
            {
                await transaction.RollbackAsync(CancellationToken.None);
                return failure;
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync();
        await _cleanup.DisposeAsync();
        await _source.DisposeAsync();
    }

    private StateItem Read(NpgsqlDataReader reader)
    {
        DateTimeOffset? expires = reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4);
        var etag = reader.GetString(3);
        if (_layout.Version2)
        {
            return new StateItem(reader.GetFieldValue<byte[]>(1), etag, expires);
        }

        var json = reader.GetString(1);
        var data = reader.GetBoolean(2) ? Convert.FromBase64String(JsonSerializer.Deserialize<string>(json)!) : Encoding.UTF8.GetBytes(json);
        return new StateItem(data, etag, expires);
    }

    private Task<StateFailure?> ApplyAsync(NpgsqlConnection connection, StateOperation operation, CancellationToken cancellationToken) => operation switch
    {
        SetOperation set => SetAsync(connection, set, cancellationToken),
        DeleteOperation delete => DeleteAsync(connection, delete, cancellationToken),
        _ => throw new NotSupportedException(operation.GetType().Name),
    };

    private async Task<StateFailure?> SetAsync(NpgsqlConnection connection, SetOperation set, CancellationToken cancellationToken)
    {
        if (set.Key.Length == 0)
        {
            return StateFailure.Refused("missing key in set operation");
        }

        if (set.CheckOptions() is { } unknown)
        {
            return unknown;
        }

        // Bytes that came over gRPC and are none at all are NULL to daprd, which its table of version 2 refuses.
        if (_layout.Version2 && set is { Binary: true, Value.IsEmpty: true })
        {
            return StateFailure.Refused($"ERROR: null value in column \"value\" of relation \"{_layout.Table.Split('.')[^1].Trim('"')}\" violates not-null constraint (SQLSTATE 23502)");
        }

        if (ParseLifetime(set, out var lifetime) is { } refused)
        {
            return refused;
        }

        var sql = set.HasETag ? _layout.Update : set.FirstWrite ? _layout.Upsert + _layout.OnlyExpired : _layout.Upsert;
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Math.Ceiling(_timeout.TotalSeconds) };
        command.Parameters.Add(new() { Value = set.Key });
        command.Parameters.Add(Value(set));
        command.Parameters.Add(new() { Value = (object?)lifetime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        if (!_layout.Version2)
        {
            command.Parameters.Add(new() { Value = set.Binary });
        }

        if (set.HasETag && AddETag(command, set.ETag!) is { } invalid)
        {
            return invalid;
        }

        var rows = await command.ExecuteNonQueryAsync(cancellationToken);
        return rows == 1 ? null : set.HasETag ? StateFailure.Mismatch() : StateFailure.Refused("no item was updated");
    }

    private async Task<StateFailure?> DeleteAsync(NpgsqlConnection connection, DeleteOperation delete, CancellationToken cancellationToken)
    {
        if (delete.Key.Length == 0)
        {
            return StateFailure.Refused("missing key in delete operation");
        }

        var sql = $"DELETE FROM {_layout.Table} WHERE key = $1" + (delete.HasETag ? $" AND {_layout.DeleteCondition}" : "");
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Math.Ceiling(_timeout.TotalSeconds) };
        command.Parameters.Add(new() { Value = delete.Key });
        if (delete.HasETag && AddETag(command, delete.ETag!) is { } invalid)
        {
            return invalid;
        }

        var rows = await command.ExecuteNonQueryAsync(cancellationToken);
        return rows == 1 || !delete.HasETag ? null : StateFailure.Mismatch();
    }

    private NpgsqlParameter Value(SetOperation set)
    {
        if (_layout.Version2)
        {
            return new() { Value = set.Binary ? set.Value : GoJson.EscapeHtml(set.Value), NpgsqlDbType = NpgsqlDbType.Bytea };
        }

        var json = set.Binary ? JsonSerializer.Serialize(Convert.ToBase64String(set.Value.Span)) : Encoding.UTF8.GetString(set.Value.Span);
        return new() { Value = json, NpgsqlDbType = NpgsqlDbType.Text };
    }

    private StateFailure? AddETag(NpgsqlCommand command, string etag)
    {
        if (!_layout.Version2)
        {
            if (!uint.TryParse(etag, System.Globalization.NumberStyles.None, null, out _))
            {
                return StateFailure.Invalid($"strconv.ParseUint: parsing \"{etag}\": invalid syntax");
            }

            command.Parameters.Add(new() { Value = etag });
            return null;
        }

        if (!Guid.TryParse(etag, out var uuid))
        {
            return StateFailure.Mismatch(etag.Length is 32 or 36 or 38 or 45 ? "invalid UUID format" : $"invalid UUID length: {etag.Length}");
        }

        command.Parameters.Add(new() { Value = uuid });
        return null;
    }

    private static StateFailure? ParseLifetime(SetOperation set, out int? seconds)
    {
        const string Prefix = "error parsing TTL: incorrect value for metadata 'ttlInSeconds': ";
        seconds = null;
        if (set.Metadata.GetValueOrDefault("ttlInSeconds") is not { Length: > 0 } text)
        {
            return null;
        }

        if (!GoNumber.TryParse(text, "ParseInt", out var value, out var error))
        {
            return StateFailure.Refused(Prefix + error);
        }

        if (value is < -1 or > int.MaxValue)
        {
            return StateFailure.Refused(Prefix + "must be -1 or greater");
        }

        seconds = value > 0 ? (int)value : null;
        return null;
    }
}
