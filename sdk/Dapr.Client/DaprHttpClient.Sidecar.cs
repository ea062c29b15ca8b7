using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Dapr.Client;

internal sealed partial class DaprHttpClient
{
    private const string SecretOperation = "Secret operation";
    private const string BindingOperation = "Binding operation";
    private static readonly TimeSpan HealthPollInterval = TimeSpan.FromMilliseconds(500);

    public override async Task<Dictionary<string, string>> GetSecretAsync(
        string storeName, string key, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default)
    {
        CheckKey(storeName, key);
        var answer = await SendAsync(Request(HttpMethod.Get, $"/v1.0/secrets/{Escape(storeName)}/{Escape(key)}", metadata), SecretOperation, cancellationToken);
        return ReadApi<Dictionary<string, string>>(answer.Body) ?? [];
    }

    public override async Task<Dictionary<string, Dictionary<string, string>>> GetBulkSecretAsync(
        string storeName, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        var answer = await SendAsync(Request(HttpMethod.Get, $"/v1.0/secrets/{Escape(storeName)}/bulk", metadata), SecretOperation, cancellationToken);
        return ReadApi<Dictionary<string, Dictionary<string, string>>>(answer.Body) ?? [];
    }

    public override async Task InvokeBindingAsync<TRequest>(
        string bindingName, string operation, TRequest data, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default) =>
        await BindAsync(bindingName, operation, ToJson(data), metadata, cancellationToken);

    public override async Task<TResponse> InvokeBindingAsync<TRequest, TResponse>(
        string bindingName, string operation, TRequest data, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default)
    {
        var answer = await BindAsync(bindingName, operation, ToJson(data), metadata, cancellationToken);
        return Read<TResponse>(answer.Body, BindingOperation)!;
    }

    public override async Task<BindingResponse> InvokeBindingAsync(BindingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var data = request.Data.IsEmpty ? null : CheckedJson(request.Data);
        var answer = await BindAsync(request.BindingName, request.Operation, data, request.Metadata, cancellationToken);
        return new BindingResponse(request, answer.Body, answer.Metadata);
    }

    public override async Task<GetConfigurationResponse> GetConfiguration(
        string storeName, IReadOnlyList<string> keys, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        var query = (keys ?? []).Select(key => ("key", key));
        var answer = await SendAsync(Request(HttpMethod.Get, $"/v1.0/configuration/{Escape(storeName)}", metadata, query), "GetConfiguration operation", cancellationToken);
        var items = ReadApi<Dictionary<string, ConfigurationValue>>(answer.Body) ?? [];
        return new GetConfigurationResponse(items.ToDictionary(
            pair => pair.Key,
            pair => new ConfigurationItem(pair.Value.Value ?? string.Empty, pair.Value.Version ?? string.Empty, pair.Value.Metadata ?? EmptyMetadata),
            StringComparer.Ordinal));
    }

    [Experimental("DAPR_DISTRIBUTEDLOCK")]
    public override async Task<TryLockResponse> Lock(string storeName, string resourceId, string lockOwner, int expiryInSeconds, CancellationToken cancellationToken = default)
    {
        CheckKey(storeName, resourceId);
        ArgumentException.ThrowIfNullOrEmpty(lockOwner);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(expiryInSeconds);
        var request = Request(HttpMethod.Post, $"/v1.0-alpha1/lock/{Escape(storeName)}");
        request.Content = Json(writer => JsonSerializer.Serialize(writer, new { resourceId, lockOwner, expiryInSeconds }));
        var answer = await SendAsync(request, "Lock operation", cancellationToken);
        return new TryLockResponse { Success = ReadApi<LockAnswer>(answer.Body)?.Success ?? false, StoreName = storeName, ResourceId = resourceId, LockOwner = lockOwner };
    }

    [Experimental("DAPR_DISTRIBUTEDLOCK")]
    public override async Task<UnlockResponse> Unlock(string storeName, string resourceId, string lockOwner, CancellationToken cancellationToken = default)
    {
        CheckKey(storeName, resourceId);
        ArgumentException.ThrowIfNullOrEmpty(lockOwner);
        var request = Request(HttpMethod.Post, $"/v1.0-alpha1/unlock/{Escape(storeName)}");
        request.Content = Json(writer => JsonSerializer.Serialize(writer, new { resourceId, lockOwner }));
        var answer = await SendAsync(request, "Unlock operation", cancellationToken);
        var status = ReadApi<UnlockAnswer>(answer.Body)?.Status ?? (int)LockStatus.InternalError;
        return new UnlockResponse(Enum.IsDefined((LockStatus)status) ? (LockStatus)status : LockStatus.InternalError);
    }

    public override Task<bool> CheckHealthAsync(CancellationToken cancellationToken = default) => IsHealthyAsync("/v1.0/healthz", cancellationToken);

    public override Task<bool> CheckOutboundHealthAsync(CancellationToken cancellationToken = default) => IsHealthyAsync("/v1.0/healthz/outbound", cancellationToken);

    public override async Task WaitForSidecarAsync(CancellationToken cancellationToken = default)
    {
        while (!await CheckOutboundHealthAsync(cancellationToken))
        {
            await Task.Delay(HealthPollInterval, time, cancellationToken);
        }
    }

    public override async Task ShutdownSidecarAsync(CancellationToken cancellationToken = default) =>
        await SendAsync(Request(HttpMethod.Post, "/v1.0/shutdown"), "Shutdown operation", cancellationToken);

    public override async Task<DaprMetadata> GetMetadataAsync(CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(Request(HttpMethod.Get, "/v1.0/metadata"), "Metadata operation", cancellationToken);
        var metadata = ReadApi<MetadataAnswer>(answer.Body);
        return new DaprMetadata(
            metadata?.Id ?? string.Empty,
            [.. (metadata?.ActorRuntime?.ActiveActors ?? metadata?.Actors ?? []).Select(actor => new DaprActorMetadata(actor.Type, actor.Count))],
            metadata?.Extended ?? EmptyMetadata,
            [.. (metadata?.Components ?? []).Select(component => new DaprComponentsMetadata(component.Name, component.Type, component.Version ?? string.Empty, component.Capabilities ?? []))]);
    }

    public override async Task SetMetadataAsync(string attributeName, string attributeValue, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(attributeName);
        var request = Request(HttpMethod.Put, $"/v1.0/metadata/{Escape(attributeName)}");
        request.Content = Body(Encoding.UTF8.GetBytes(attributeValue), "text/plain");
        await SendAsync(request, "Metadata operation", cancellationToken);
    }

    private async Task<Answer> BindAsync(string bindingName, string operation, byte[]? data, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(bindingName);
        ArgumentException.ThrowIfNullOrEmpty(operation);
        var request = Request(HttpMethod.Post, $"/v1.0/bindings/{Escape(bindingName)}");
        request.Content = Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("operation", operation);
            if (data is not null)
            {
                writer.WritePropertyName("data");
                writer.WriteRawValue(data);
            }

            WriteMetadata(writer, metadata);
            writer.WriteEndObject();
        });
        return await SendAsync(request, BindingOperation, cancellationToken);
    }

    private async Task<bool> IsHealthyAsync(string path, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, path);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // not reachable is the answer to the question
        }
    }

    private sealed record ConfigurationValue(string? Value, string? Version, Dictionary<string, string>? Metadata);

    private sealed record LockAnswer(bool Success);

    private sealed record UnlockAnswer(int Status);

    private sealed record ActorCount(string Type, int Count);

    private sealed record ActorRuntime(List<ActorCount>? ActiveActors);

    private sealed record Component(string Name, string Type, string? Version, string[]? Capabilities);

    private sealed record MetadataAnswer(string? Id, List<ActorCount>? Actors, ActorRuntime? ActorRuntime, Dictionary<string, string>? Extended, List<Component>? Components);
}
