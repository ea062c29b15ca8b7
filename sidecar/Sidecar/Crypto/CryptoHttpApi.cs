using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;
using Sidecar.Crypto.Scheme;

namespace Sidecar.Crypto;

/// <summary><c>PUT /v1.0-alpha1/crypto/NAME/encrypt|decrypt</c>. The answer is sent as a whole, so that an error in its middle is an error; the limit on bodies bounds it.</summary>
internal sealed class CryptoHttpApi(CryptoProviders providers) : IHttpApi
{
    public IReadOnlyList<string> Prefixes { get; } = ["v1.0-alpha1/crypto"];

    public async Task HandleAsync(HttpContext context, string rest)
    {
        var parts = rest.Split('/');
        if (!HttpMethods.IsPut(context.Request.Method) || parts is not [{ Length: > 0 }, "encrypt" or "decrypt"])
        {
            await ApiError.NoRoute.WriteAsync(context);
            return;
        }

        if (RequestMetadata.Decode(parts[0]) is not { } name)
        {
            await RequestMetadata.WriteBadPathAsync(context);
            return;
        }

        var error = CryptoErrors.Check(providers, name) ?? (parts[1] == "encrypt" ? await EncryptAsync(context, name) : await DecryptAsync(context, name));
        if (error is not null)
        {
            await error.WriteAsync(context);
        }
    }

    private async Task<ApiError?> EncryptAsync(HttpContext context, string name)
    {
        if (Header(context, "dapr-key-name") is not { Length: > 0 } keyName)
        {
            return CryptoErrors.BadRequest("missing header 'dapr-key-name'");
        }

        if (Header(context, "dapr-key-wrap-algorithm") is not { Length: > 0 } algorithm)
        {
            return CryptoErrors.BadRequest("missing header 'dapr-key-wrap-algorithm'");
        }

        var options = new EncryptionOptions(keyName, algorithm)
        {
            Cipher = Header(context, "dapr-data-encryption-cipher"),
            DecryptionKeyName = Header(context, "dapr-decryption-key-name"),
            OmitsKeyName = Header(context, "dapr-omit-decryption-key-name").Trim().ToUpperInvariant() is "Y" or "YES" or "TRUE" or "T" or "ON" or "1",
        };
        return await AnswerAsync(context, input => EncryptedDocument.EncryptAsync(input, options, providers.Vault(name, context.RequestAborted), context.RequestAborted));
    }

    private Task<ApiError?> DecryptAsync(HttpContext context, string name) =>
        AnswerAsync(context, input => EncryptedDocument.DecryptAsync(input, Header(context, "dapr-key-name"), providers.Vault(name, context.RequestAborted), context.RequestAborted));

    // Until the first piece it is an error of the operation, then one of the document's contents.
    private static async Task<ApiError?> AnswerAsync(HttpContext context, Func<PipeReader, IAsyncEnumerable<ReadOnlyMemory<byte>>> transform)
    {
        var result = new ArrayBufferWriter<byte>();
        try
        {
            await foreach (var piece in transform(PipeReader.Create(context.Request.Body)))
            {
                result.Write(piece.Span);
            }
        }
        catch (CryptoException exception)
        {
            return exception.Message.StartsWith("error processing segment ", StringComparison.Ordinal) ? new ApiError(500, "ERROR", exception.Message) : CryptoErrors.Failed(exception.Message);
        }
        catch (BodyTooLargeException exception)
        {
            return new ApiError(500, "ERROR", exception.Message);
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = result.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(result.WrittenMemory, context.RequestAborted);
        return null;
    }

    private static string Header(HttpContext context, string name) => context.Request.Headers[name] is [{ } value, ..] ? HeaderText.Read(value) : "";
}
