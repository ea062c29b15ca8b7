using ServiceDefaults;

namespace Payments.Processor;

/// <summary>The processor behind the sidecar. A call has 10 s, a look-up 3 s.</summary>
internal sealed class ProcessorClient(ISidecar sidecar) : IProcessor
{
    private const string AppId = "payment-processor";
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    public async Task<string> TokenizeAsync(RequestContext context, CardDetails card, CancellationToken ct) =>
        (await sidecar.PostAsync<TokenAnswer>(AppId, "/v1/tokens", card, AsSystem(context), ct)).Token;

    public Task<ProcessorAnswer> AuthorizeAsync(RequestContext context, string key, string token, decimal amount, string currency, CancellationToken ct) =>
        CallAsync(context, "/v1/authorizations", new { token, amount, currency }, key, ct);

    public Task<ProcessorAnswer> CaptureAsync(RequestContext context, string authorizationId, CancellationToken ct) =>
        CallAsync(context, $"/v1/authorizations/{authorizationId}:capture", null, $"{authorizationId}:capture", ct);

    public Task<ProcessorAnswer> VoidAsync(RequestContext context, string authorizationId, CancellationToken ct) =>
        CallAsync(context, $"/v1/authorizations/{authorizationId}:void", null, $"{authorizationId}:void", ct);

    public Task<ProcessorAnswer> VoidByKeyAsync(RequestContext context, string key, CancellationToken ct) =>
        CallAsync(context, "/v1/authorizations:void", null, key, ct);

    public Task<ProcessorAnswer> RefundAsync(RequestContext context, string authorizationId, string key, decimal amount, CancellationToken ct) =>
        CallAsync(context, $"/v1/authorizations/{authorizationId}:refund", new { amount }, key, ct);

    public async Task<ProcessorAuthorization?> FindAsync(RequestContext context, string key, CancellationToken ct) =>
        (await sidecar.GetAsync<Found>(AppId, $"/v1/authorizations?key={Uri.EscapeDataString(key)}", AsSystem(context), ct))?.Items.SingleOrDefault();

    private async Task<ProcessorAnswer> CallAsync(RequestContext context, string path, object? body, string key, CancellationToken ct) =>
        (await sidecar.CallStepAsync(AppId, HttpMethod.Post, path, body, key, AsSystem(context), CallTimeout, ct)).Read<ProcessorAnswer>();

    private static RequestContext AsSystem(RequestContext context) => RequestContext.System("payments", context.TenantId);

    private sealed record TokenAnswer(string Token);

    private sealed record Found(IReadOnlyList<ProcessorAuthorization> Items);
}
