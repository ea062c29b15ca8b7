using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Crypto;

/// <summary>Encryption and decryption over both APIs, with keys of every form in a folder.</summary>
public sealed class CryptoApiTests : IAsyncLifetime
{
    private const string Encrypt = "/v1.0-alpha1/crypto/vault/encrypt";
    private const string Decrypt = "/v1.0-alpha1/crypto/vault/decrypt";
    private const string Dapr = "/dapr.proto.runtime.v1.Dapr/";
    private static readonly Lazy<(string Private, string Public)> KeyPair = new(MakeKeyPair);
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("keys-");
    private RunningSidecar _sidecar = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        var symmetric = RandomNumberGenerator.GetBytes(32);
        Write("sym.json", $$"""{"kty":"oct","k":"{{System.Buffers.Text.Base64Url.EncodeToString(symmetric)}}"}""");
        Write("sign-only.json", """{"kty":"oct","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY","use":"sig"}""");
        Write("schl\u00fcssel", Convert.ToBase64String(symmetric));
        Write("raw", "0123456789abcdef-123456789abcde!");
        Write("base64", Convert.ToBase64String(symmetric) + "\n");
        Write("private.pem", KeyPair.Value.Private);
        Write("public.pem", KeyPair.Value.Public);
        Write("short", Convert.ToBase64String(new byte[16]));
        _sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", appPort: null, RunningSidecar.Component("vault", "crypto.dapr.localstorage", ("path", _keys.FullName)));
        _http = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8 }) { BaseAddress = _sidecar.HttpAddress };

        void Write(string name, string text) => File.WriteAllText(Path.Combine(_keys.FullName, name), text);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _sidecar.DisposeAsync();
        _keys.Delete(recursive: true);
    }

    [Theory]
    [InlineData("sym.json", "A256KW", "aes-gcm", 0)]
    [InlineData("sym.json", "aes", "", 1)]
    [InlineData("raw", "A256KW", "CHACHA20-POLY1305", 65_536)]
    [InlineData("base64", "AES", "", 65_537)]
    [InlineData("private.pem", "RSA", "chacha20-poly1305", 131_072)]
    [InlineData("private.pem", "RSA-OAEP-256", "", 300_000)]
    public async Task Document_EncryptedOverHttp_IsDecryptedToTheSameBytes(string key, string algorithm, string cipher, int length)
    {
        var plain = RandomNumberGenerator.GetBytes(length);

        var (status, document) = await PutAsync(Encrypt, plain, ("dapr-key-name", key), ("dapr-key-wrap-algorithm", algorithm), ("dapr-data-encryption-cipher", cipher));
        var (decrypted, contents) = await PutAsync(Decrypt, document);

        (status, decrypted).Should().Be((200, 200));
        contents.Should().Equal(plain);
        Encoding.Latin1.GetString(document).Should().StartWith($"dapr.io/enc/v1\n{{\"k\":\"{key}\",\"kw\":");
    }

    [Fact]
    public async Task Document_ForAKeyOfANameThatIsNotAscii_IsDecrypted()
    {
        var document = await EncryptAsync([1, 2], ("dapr-key-name", "schl\u00fcssel"), ("dapr-key-wrap-algorithm", "AES"), ("dapr-omit-decryption-key-name", "true"));

        (await PutAsync(Decrypt, document, ("dapr-key-name", "schl\u00fcssel"))).Body.Should().Equal(1, 2);
    }

    [Fact]
    public async Task Document_ForAKeyPair_NamesThePrivateKeyOrNone()
    {
        var named = await EncryptAsync([1, 2], ("dapr-key-name", "public.pem"), ("dapr-key-wrap-algorithm", "RSA"), ("dapr-decryption-key-name", "private.pem"));
        var nameless = await EncryptAsync([3], ("dapr-key-name", "public.pem"), ("dapr-key-wrap-algorithm", "RSA"), ("dapr-omit-decryption-key-name", "true"));

        (await PutAsync(Decrypt, named)).Body.Should().Equal(1, 2);
        (await PutAsync(Decrypt, nameless, ("dapr-key-name", "private.pem"))).Body.Should().Equal(3);
        await Fails(PutAsync(Decrypt, nameless), "document's manifest does not contain a key name, and no key name was provided");
        await Fails(PutAsync(Decrypt, nameless, ("dapr-key-name", "public.pem")), "failed to validate the document's signature");
    }

    [Fact]
    public async Task Document_Changed_IsRefusedWhereverTheChangeIs()
    {
        var document = await EncryptAsync(new byte[200_000], ("dapr-key-name", "sym.json"), ("dapr-key-wrap-algorithm", "A256KW"));
        var body = document.AsSpan().IndexOf("\n"u8);
        body += 1 + document.AsSpan(body + 1).IndexOf("\n"u8);
        body += 2 + document.AsSpan(body + 1).IndexOf("\n"u8);
        const int Segment = 65_552;

        await Refused(With(document, 20), "invalid header");
        await Refused(With(document, body - 5), "failed to");
        await Refused(With(document, body + 3), "error processing segment 0: failed to decrypt segment");
        await Refused(With(document, body + Segment + 3), "error processing segment 1: failed to decrypt segment");
        await Refused(document[..(body + Segment)], "error processing segment 0: failed to decrypt segment");
        byte[] swapped = [.. document[..body], .. document[(body + Segment)..(body + (2 * Segment))], .. document[body..(body + Segment)], .. document[(body + (2 * Segment))..]];
        await Refused(swapped, "error processing segment 0: failed to decrypt segment");

        static byte[] With(byte[] bytes, int changed)
        {
            byte[] copy = [.. bytes];
            copy[changed] ^= 1;
            return copy;
        }

        async Task Refused(byte[] changed, string problem)
        {
            var (status, answer) = await PutAsync(Decrypt, changed);
            status.Should().Be(500);
            Encoding.UTF8.GetString(answer).Should().Contain(problem);
        }
    }

    [Theory]
    [InlineData("nope", "A256KW", "failed to wrap the file key: failed to retrieve the key encryption key: failed to load key 'nope': open {0}/nope: no such file or directory")]
    [InlineData("../x", "A256KW", "failed to wrap the file key: failed to retrieve the key encryption key: invalid key path: cannot contain '..'")]
    [InlineData("sym.json", "RSA", "failed to wrap the file key: failed to encrypt data: key type mismatch")]
    [InlineData("short", "A256KW", "failed to wrap the file key: failed to encrypt data: key type mismatch")]
    [InlineData("sign-only.json", "A256KW", "failed to wrap the file key: key cannot perform the 'wrapKey' operation")]
    [InlineData("sym.json", "A256CBC-NOPAD", "failed to wrap the file key: failed to encrypt data: unsupported algorithm")]
    [InlineData("sym.json", "rot13", "option Algorithm is not valid: algorithm ROT13 is not supported")]
    public Task Encrypt_KeyThatDoesNotFit_FailsWithTheReason(string key, string algorithm, string problem) =>
        Fails(PutAsync(Encrypt, [1], ("dapr-key-name", key), ("dapr-key-wrap-algorithm", algorithm)), problem.Replace("{0}", _keys.FullName, StringComparison.Ordinal));

    [Theory]
    [InlineData("/v1.0-alpha1/crypto/other/encrypt", 400, "ERR_CRYPTO_PROVIDER_NOT_FOUND", "crypto provider other not found")]
    [InlineData(Encrypt, 400, "ERR_BAD_REQUEST", "invalid request: missing header 'dapr-key-name'")]
    [InlineData(Decrypt, 500, "ERR_CRYPTO", "failed to perform operation: invalid header: scheme name not found")]
    public async Task Request_Incomplete_IsRefused(string path, int status, string code, string message)
    {
        var (got, body) = await PutAsync(path, []);

        (got, Error(body)).Should().Be((status, (code, message)));
    }

    [Fact]
    public async Task Stream_EncryptedOverGrpcInPieces_IsDecrypted()
    {
        using var client = new GrpcTestClient(_sidecar.GrpcAddress);
        var plain = RandomNumberGenerator.GetBytes(200_000);
        var requests = plain.Chunk(30_000).Select((chunk, index) => new EncryptRequest { Payload = Payload(chunk, index) }).ToList();
        requests[0].Options = new EncryptRequestOptions { ComponentName = "vault", KeyName = "sym.json", KeyWrapAlgorithm = "AES" };

        var document = await client.StreamAsync<EncryptRequest, EncryptResponse>(Dapr + "EncryptAlpha1", requests).Select(response => response.Payload).ToListAsync();
        var pieces = document.SelectMany(piece => piece.Data).Chunk(50_000).Select((chunk, index) => new DecryptRequest { Payload = Payload(chunk, index) }).ToList();
        pieces[0].Options = new DecryptRequestOptions { ComponentName = "vault" };
        var answer = await client.StreamAsync<DecryptRequest, DecryptResponse>(Dapr + "DecryptAlpha1", pieces).Select(response => response.Payload).ToListAsync();

        document.Select(piece => piece.Seq).Should().Equal(0, 1, 2, 3, 4);
        answer.SelectMany(piece => piece.Data).Should().Equal(plain);
    }

    [Theory]
    [InlineData("vault", "sym.json", "AES", 1, "Internal", "failed to perform operation: invalid sequence number received: 1 (expected: 0)")]
    [InlineData("vault", "sym.json", "X", 0, "Internal", "failed to perform operation: option Algorithm is not valid: algorithm X is not supported")]
    [InlineData("vault", "", "AES", 0, "InvalidArgument", "invalid request: missing property 'keyName' in the options message")]
    [InlineData("", "sym.json", "AES", 0, "InvalidArgument", "invalid request: missing component name")]
    [InlineData("other", "sym.json", "AES", 0, "InvalidArgument", "crypto provider other not found")]
    public async Task Stream_ThatIsWrong_FailsWithTheReason(string component, string key, string algorithm, int sequence, string code, string message)
    {
        using var client = new GrpcTestClient(_sidecar.GrpcAddress);
        var request = new EncryptRequest { Options = new EncryptRequestOptions { ComponentName = component, KeyName = key, KeyWrapAlgorithm = algorithm }, Payload = Payload([1], sequence) };

        var act = () => client.StreamAsync<EncryptRequest, EncryptResponse>(Dapr + "EncryptAlpha1", [request]).ToListAsync().AsTask();

        (await act.Should().ThrowAsync<GrpcException>()).Which.Status.Should().BeEquivalentTo(new GrpcStatus(Enum.Parse<GrpcCode>(code), message));
    }

    private static (string Private, string Public) MakeKeyPair()
    {
        using var rsa = RSA.Create(2048);
        return (rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportSubjectPublicKeyInfoPem());
    }

    private static StreamPayload Payload(byte[] bytes, int number) => new() { Data = ByteString.CopyFrom(bytes), Seq = (ulong)number };

    private static async Task Fails(Task<(int Status, byte[] Body)> call, string problem)
    {
        var (status, body) = await call;
        status.Should().Be(500);
        Error(body).Should().Be(("ERR_CRYPTO", $"failed to perform operation: {problem}"));
    }

    private static (string? Code, string? Message) Error(byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        return (json.RootElement.GetProperty("errorCode").GetString(), json.RootElement.GetProperty("message").GetString());
    }

    private async Task<byte[]> EncryptAsync(byte[] plain, params (string Name, string Value)[] headers) => (await PutAsync(Encrypt, plain, headers)).Body;

    private async Task<(int Status, byte[] Body)> PutAsync(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = new ByteArrayContent(body) };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync());
    }
}
