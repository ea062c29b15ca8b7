using System.Collections.Frozen;

namespace ServiceDefaults;

/// <summary>The stable error codes of the public API.</summary>
public static class Codes
{
    public const string ValidationFailed = "validation_failed";
    public const string IdempotencyKeyRequired = "idempotency_key_required";
    public const string Unauthenticated = "unauthenticated";
    public const string TokenExpired = "token_expired";
    public const string TokenRevoked = "token_revoked";
    public const string InvalidApiKey = "invalid_api_key";
    public const string Forbidden = "forbidden";
    public const string NotFound = "not_found";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string AlreadyExists = "already_exists";
    public const string OrderStateConflict = "order_state_conflict";
    public const string RequestInProgress = "request_in_progress";
    public const string InsufficientStock = "insufficient_stock";
    public const string RefundExceedsCapture = "refund_exceeds_capture";
    public const string VersionConflict = "version_conflict";
    public const string PayloadTooLarge = "payload_too_large";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string IdempotencyKeyReused = "idempotency_key_reused";
    public const string RateLimited = "rate_limited";
    public const string QuotaExceeded = "quota_exceeded";
    public const string LoginLocked = "login_locked";
    public const string InternalError = "internal_error";
    public const string ServiceUnavailable = "service_unavailable";
    public const string UpstreamTimeout = "upstream_timeout";

    private static readonly FrozenDictionary<string, (int Status, string Title)> Known = new Dictionary<string, (int, string)>(StringComparer.Ordinal)
    {
        [ValidationFailed] = (400, "The request is not valid"),
        [IdempotencyKeyRequired] = (400, "The header Idempotency-Key is required"),
        [Unauthenticated] = (401, "Authentication is required"),
        [TokenExpired] = (401, "The token has expired"),
        [TokenRevoked] = (401, "The token was revoked"),
        [InvalidApiKey] = (401, "The API key is not known"),
        [Forbidden] = (403, "The caller may not do this"),
        [NotFound] = (404, "There is no such resource"),
        [MethodNotAllowed] = (405, "The resource does not support the method"),
        [AlreadyExists] = (409, "The resource exists already"),
        [OrderStateConflict] = (409, "The order's state does not allow this"),
        [RequestInProgress] = (409, "The same request is still being worked on"),
        [InsufficientStock] = (409, "There is not enough stock"),
        [RefundExceedsCapture] = (409, "The refund exceeds what was captured"),
        [VersionConflict] = (412, "The resource has changed"),
        [PayloadTooLarge] = (413, "The request is too large"),
        [UnsupportedMediaType] = (415, "The media type is not supported"),
        [IdempotencyKeyReused] = (422, "The idempotency key was used for another request"),
        [RateLimited] = (429, "Too many requests"),
        [QuotaExceeded] = (429, "The quota is used up"),
        [LoginLocked] = (429, "The login is locked"),
        [InternalError] = (500, "Something went wrong"),
        [ServiceUnavailable] = (503, "The service is not available"),
        [UpstreamTimeout] = (504, "The service did not answer in time"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every code of the API.</summary>
    public static IReadOnlyCollection<string> All => Known.Keys;

    /// <summary>The HTTP status that goes with a code.</summary>
    public static int StatusOf(string code) => Of(code).Status;

    internal static (int Status, string Title) Of(string code) =>
        Known.TryGetValue(code, out var entry) ? entry : throw new ArgumentOutOfRangeException(nameof(code), code, "The code is not one of the public API.");

    /// <summary>The code for a bare status that the framework set.</summary>
    internal static string ForStatus(int status) => status switch
    {
        401 => Unauthenticated,
        403 => Forbidden,
        404 => NotFound,
        405 => MethodNotAllowed,
        412 => VersionConflict,
        413 => PayloadTooLarge,
        415 => UnsupportedMediaType,
        429 => RateLimited,
        503 => ServiceUnavailable,
        504 => UpstreamTimeout,
        >= 500 => InternalError,
        _ => ValidationFailed,
    };
}
