namespace Gateway;

/// <summary>
/// The body of a client's request, read whole before anything is sent on: how slowly a client sends is no fault of the service
/// behind, and a repeat needs the body again. The limit of 1 MiB for a request bounds what is kept.
/// </summary>
internal sealed class RequestBody
{
    private readonly byte[] _bytes;

    private RequestBody(byte[] bytes) => _bytes = bytes;

    /// <summary>Null when the client did not send all of it in time.</summary>
    public static async Task<RequestBody?> ReadAsync(HttpRequest request, TimeSpan atMost, TimeProvider clock, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        using var buffer = new MemoryStream();
        try
        {
            await request.Body.CopyToAsync(buffer, either.Token);
            return new RequestBody(buffer.ToArray());
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    public HttpContent? Content() => _bytes.Length == 0 ? null : new ByteArrayContent(_bytes);
}
