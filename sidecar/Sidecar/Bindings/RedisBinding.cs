using Sidecar.Components;
using Sidecar.Redis;
using Sidecar.State;

namespace Sidecar.Bindings;

/// <summary><c>bindings.redis</c>: plain keys. Unlike daprd's, a value and its time to live are written in one command.</summary>
internal sealed class RedisBinding(ComponentSpec spec, ComponentContext context) : IOutputBinding
{
    // The key and its time to live change together.
    private static readonly RedisScript IncrementAndExpire = new("redis.call('INCR', KEYS[1]) return redis.call('EXPIRE', KEYS[1], ARGV[1])");

    private readonly RedisClient _client = new(RedisOptions.From(spec), context.Loggers.CreateLogger("Sidecar.Bindings.Redis"), context.Time);

    /// <inheritdoc />
    public IReadOnlyList<string> Operations { get; } = ["create", "delete", "get", "increment"];

    /// <inheritdoc />
    public string? Problem => _client.Problem;

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _client.ConnectAsync(cancellationToken);
        }
        catch (RedisException exception)
        {
            throw new ComponentException($"{spec.File}: component '{spec.Name}' ({spec.Type}): redis binding: {exception.Message}; start the server or correct redisHost and redisPassword", exception);
        }
    }

    /// <inheritdoc />
    public async Task<BindingResult> InvokeAsync(BindingRequest request, CancellationToken cancellationToken)
    {
        if (request["key"] is not { } key)
        {
            return BindingResult.Failed("redis binding: missing key in request metadata");
        }

        string? seconds = null;
        if (request.Operation is "create" or "increment" && !TryReadLifetime(request, out seconds, out var problem))
        {
            return BindingResult.Failed(problem);
        }

        switch (request.Operation)
        {
            case "get":
                var reply = await _client.ExecuteAsync(RedisCommand.Of(request["delete"] == "true" ? "GETDEL" : "GET", key), cancellationToken);
                return BindingResult.Of(reply.IsNull ? [] : reply.Bytes);
            case "delete":
                await _client.ExecuteAsync(RedisCommand.Of("DEL", key).Repeatable(true), cancellationToken);
                break;
            case "increment" when seconds is null:
                await _client.ExecuteAsync(RedisCommand.Of("INCR", key), cancellationToken);
                break;
            case "increment":
                await IncrementAndExpire.ExecuteAsync(_client, [key], [seconds], cancellationToken);
                break;
            default:
                await _client.ExecuteAsync((seconds is null ? RedisCommand.Of("SET", key, request.Data) : RedisCommand.Of("SET", key, request.Data, "EX", seconds)).Repeatable(true), cancellationToken);
                break;
        }

        return BindingResult.Nothing;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static bool TryReadLifetime(BindingRequest request, out string? seconds, out string problem)
    {
        seconds = null;
        problem = "";
        if (request["ttlInSeconds"] is not { } text)
        {
            return true;
        }

        if (!GoNumber.TryParse(text, "ParseInt", out var value, out var error))
        {
            problem = $"ttlInSeconds value must be a valid integer: actual is '{text}' ({error})";
        }
        else if (value <= 0)
        {
            problem = $"ttlInSeconds value must be higher than zero: actual is {value}";
        }
        else
        {
            seconds = value.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return problem.Length == 0;
    }
}
