using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sidecar.Components;
using Sidecar.State.PostgreSql;

namespace Sidecar.Configuration;

/// <summary>
/// <c>configuration.postgresql</c>: a table with the columns key, value, version, metadata; of several rows with one key the highest version counts.
/// Changes come as notifications whose payload holds the row under <c>data</c>, which a trigger of the table's owner sends.
/// </summary>
internal sealed partial class PostgreSqlConfigurationStore : IConfigurationStore
{
    private const int MaxIdentifier = 64;
    private const string NameAccepted = "give lower case letters, digits, dots, slashes and underscores, at most 64";
    private readonly ComponentSpec _spec;
    private readonly ComponentContext _context;
    private readonly string _connectionString;
    private readonly NpgsqlDataSource _database;
    private readonly PostgreSqlWatch _watch;
    private readonly string _table;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<PostgreSqlListener, bool> _listeners = new();

    public PostgreSqlConfigurationStore(ComponentSpec spec, ComponentContext context)
    {
        _spec = spec;
        _context = context;
        _logger = context.Loggers.CreateLogger("Sidecar.Configuration.PostgreSql");
        _table = Name(spec, "table") ?? throw ComponentException.Field(spec, "table", "is missing", NameAccepted);
        _ = Name(spec, "notifyChannel");
        _connectionString = PostgreSqlConnectionString.From(spec);
        _database = NpgsqlDataSource.Create(_connectionString);
        _watch = new PostgreSqlWatch(_database, context.Time);
    }

    /// <inheritdoc />
    public string? Problem => _watch.Problem;

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = _database.CreateCommand("SELECT EXISTS (SELECT FROM pg_tables WHERE tablename = $1)");
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _table });
            if (await command.ExecuteScalarAsync(cancellationToken) is not true)
            {
                throw ComponentException.Field(_spec, "table", $"names the table '{_table}', which does not exist", "create it with the columns key, value, version, metadata");
            }

            _watch.Start();
        }
        catch (NpgsqlException exception)
        {
            throw new ComponentException($"{_spec.File}: component '{_spec.Name}' ({_spec.Type}): PostgreSQL configuration store connection error: {exception.Message}; start the server or correct the connection string", exception);
        }
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(IReadOnlyList<string> keys, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        if (keys.FirstOrDefault(key => !KeyCharacters().IsMatch(key)) is { } wrong)
        {
            throw new ArgumentException($"invalid key : '{wrong}'");
        }

        await using var command = _database.CreateCommand($"SELECT key, value, version, metadata::text FROM {_table}" + (keys.Count == 0 ? "" : " WHERE key = ANY($1)"));
        if (keys.Count > 0)
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys] });
        }

        var items = new Dictionary<string, ConfigurationItem>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = reader.GetString(0);
            var item = ConfigurationItem.Of(Text(reader, 1), Text(reader, 2), ReadMetadata(Text(reader, 3)));
            if (!items.TryGetValue(key, out var other) || Number(item.Version) > Number(other.Version))
            {
                items[key] = item;
            }
        }

        return items;
    }

    /// <inheritdoc />
    public async Task<IAsyncDisposable> SubscribeAsync(ConfigurationSubscription subscription, CancellationToken cancellationToken)
    {
        var channel = _spec["notifyChannel"] ?? subscription.Metadata.FirstOrDefault(pair => pair.Key.Equals("pgNotifyChannel", StringComparison.OrdinalIgnoreCase)).Value ?? "";
        if (channel.Length == 0)
        {
            throw new ArgumentException($"unable to subscribe to \"{_table}\". notifyChannel must be set in component metadata or request metadata");
        }

        if (channel.Length > MaxIdentifier || !NameCharacters().IsMatch(channel))
        {
            throw new ArgumentException($"invalid notifyChannel name \"{channel}\". non-alphanumerics or upper cased names are not supported");
        }

        var listener = new PostgreSqlListener(_connectionString, channel, subscription, token => GetAsync(subscription.Keys, subscription.Metadata, token), _logger, _context.Time, ended => _listeners.TryRemove(ended, out _));
        _listeners[listener] = true;
        try
        {
            await listener.StartAsync(cancellationToken);
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }

        return listener;
    }

    /// <inheritdoc />
    public string UnknownSubscription(string id) => $"unable to find subscription with ID : {id}";

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners.Keys)
        {
            await listener.DisposeAsync();
        }

        await _watch.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>The metadata column: an object of texts; of a name that stands twice the last one counts, as in Go.</summary>
    internal static Dictionary<string, string>? ReadMetadata(string json)
    {
        using var document = json.Length == 0 ? null : Api.Http.GoJson.Decode(System.Text.Encoding.UTF8.GetBytes(json), out _);
        return document is { RootElement: { ValueKind: JsonValueKind.Object } element }
            ? element.EnumerateObject()
                .GroupBy(member => member.Name, member => member.Value, StringComparer.Ordinal)
                .ToDictionary(values => values.Key, values => values.Last() is { ValueKind: JsonValueKind.String } text ? text.GetString()! : values.Last().GetRawText(), StringComparer.Ordinal)
            : null;
    }

    private static string Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? "" : Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture) ?? "";

    private static long Number(string? version) => long.TryParse(version, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static string? Name(ComponentSpec spec, string field)
    {
        var name = spec[field];
        return name is null || (name.Length <= MaxIdentifier && NameCharacters().IsMatch(name)) ? name : throw ComponentException.Field(spec, field, $"is '{name}'", NameAccepted);
    }

    [GeneratedRegex("^[a-zA-Z0-9./_]*$", RegexOptions.NonBacktracking)]
    private static partial Regex KeyCharacters();

    [GeneratedRegex("^[a-z0-9._]*$", RegexOptions.NonBacktracking)]
    private static partial Regex NameCharacters();
}
