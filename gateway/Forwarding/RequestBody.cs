namespace Gateway;

/// <summary>
/// The body of a client's request. Streamed when there will be one attempt; kept when there may be more, which the limit of
/// 1 MiB for a request bounds.
/// </summary>
internal sealed class RequestBody
{
    private readonly HttpRequest _request;
    private byte[]? _kept;

    private RequestBody(HttpRequest request) => _request = request;

    private bool IsEmpty => _request.ContentLength is 0 || (_request.ContentLength is null && !_request.Headers.ContainsKey("Transfer-Encoding") && !HttpProtocol.IsHttp2(_request.Protocol));

    public static async Task<RequestBody> OpenAsync(HttpRequest request, bool keep, CancellationToken ct)
    {
        var body = new RequestBody(request);
        if (keep && !body.IsEmpty)
        {
            using var buffer = new MemoryStream();
            await request.Body.CopyToAsync(buffer, ct);
            body._kept = buffer.ToArray();
        }

        return body;
    }

    public HttpContent? Content()
    {
        if (IsEmpty)
        {
            return null;
        }

        HttpContent content = _kept is not null ? new ByteArrayContent(_kept) : new StreamContent(_request.Body);
        if (_kept is null && _request.ContentLength is { } length)
        {
            content.Headers.ContentLength = length;
        }

        return content;
    }
}
