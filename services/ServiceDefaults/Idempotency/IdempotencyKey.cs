using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>The header `Idempotency-Key` as a handler parameter: 1 to 128 visible ASCII characters, else 400.</summary>
public sealed record IdempotencyKey(string Value)
{
    /// <summary>The header's name.</summary>
    public const string Header = "Idempotency-Key";

    private const int MaxLength = 128;

    /// <summary>Reads the header; a missing one is answered with 400 `idempotency_key_required`.</summary>
    public static ValueTask<IdempotencyKey?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var values = context.Request.Headers[Header];
        if (values.Count == 0)
        {
            throw new InvalidRequestException(Problems.Of(Codes.IdempotencyKeyRequired, "Send a key of your own, the same one for every repeat of this request."));
        }

        var value = values.Count == 1 ? values[0]! : "";
        return value.Length is > 0 and <= MaxLength && value.All(character => character is > ' ' and <= '~')
            ? ValueTask.FromResult<IdempotencyKey?>(new IdempotencyKey(value))
            : throw new InvalidRequestException(Problems.Invalid(Header, $"must be 1 to {MaxLength} visible ASCII characters"));
    }
}
