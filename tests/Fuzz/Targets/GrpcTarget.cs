using System.Buffers.Binary;
using System.Net;
using Fuzz.Input;
using Fuzz.World;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Fuzz.Targets;

/// <summary>The gRPC API: right and broken messages in right and broken frames. Every call ends with a status, none of them a fault of the sidecar.</summary>
internal sealed class GrpcTarget(FuzzWorld world) : ITarget
{
    private const string Fault = "internal error; the sidecar's log has the details";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortPatience = TimeSpan.FromMilliseconds(200);

    // They end when somebody else does something.
    private static readonly string[] Waiting = ["Subscribe", "GetWorkItems", "WaitFor", "Start", "Actor", "Invoke"];

    private static readonly MethodDescriptor[] Methods =
        [.. Dapr.Proto.Runtime.V1.RuntimeReflection.Descriptor.Services.Concat(Dapr.DurableTask.Protobuf.TaskhubReflection.Descriptor.Services).SelectMany(service => service.Methods)];

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true });

    public string Name => "grpc";

    public int Weight => 15;

    public async Task<Problem?> RunAsync(FuzzRandom random)
    {
        var method = random.Pick(Methods);
        if (method.Name.Contains("Shutdown", StringComparison.Ordinal))
        {
            return null;
        }

        var path = $"/{method.Service.FullName}/{method.Name}";
        var oddPath = random.Percent(3);
        path = oddPath ? "/" + Uri.EscapeDataString(Mutation.Text(random, path)).Replace("%2F", "/", StringComparison.Ordinal) : path;
        var frames = Frames(random, method);
        return await CallAsync(path, frames, random.Percent(10), oddPath) is { } problem ? new Problem(problem, $"{path} {Convert.ToHexString(frames)}") : null;
    }

    private async Task<string?> CallAsync(string path, byte[] frames, bool oddMetadata, bool oddPath)
    {
        var mayWait = Waiting.Any(word => path.Contains(word, StringComparison.Ordinal));
        using var deadline = new CancellationTokenSource(mayWait ? ShortPatience : Patience);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{world.OpenGrpc}{path}") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(frames) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        if (oddMetadata)
        {
            request.Headers.TryAddWithoutValidation("dapr-app-id", "locked");
            request.Headers.TryAddWithoutValidation("grpc-timeout", "99999999999H");
            request.Headers.TryAddWithoutValidation("x-bin", "!!!");
        }

        try
        {
            using var response = await _client.SendAsync(request, deadline.Token);
            await response.Content.ReadAsByteArrayAsync(deadline.Token);
            return Judge(response);
        }
        catch (OperationCanceledException)
        {
            return mayWait ? null : "no end";
        }
        catch (HttpRequestException exception)
        {
            // A path that is none ends in the protocol below.
            return oddPath ? null : $"no answer: {exception.Message}";
        }
    }

    private static string? Judge(HttpResponseMessage response)
    {
        string? Find(string name) => (response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values)) ? string.Join(',', values) : null;
        if (Find("grpc-status") is not { } status)
        {
            return (int)response.StatusCode is 200 or >= 500 ? $"{(int)response.StatusCode} without a gRPC status" : null;
        }

        return Find("X-Smuggled") is not null ? "a value became metadata"
            : !int.TryParse(status, out _) ? $"the status is '{status}'"
            : Uri.UnescapeDataString(Find("grpc-message") ?? "") == Fault ? Fault
            : null;
    }

    private static byte[] Frames(FuzzRandom random, MethodDescriptor method)
    {
        var message = MessageSource.Next(random, method.InputType, depth: 3).ToByteArray();
        if (random.Percent(30))
        {
            message = Mutation.Bytes(random, message);
        }

        var frame = new byte[5 + message.Length];
        frame[0] = (byte)(random.Percent(3) ? random.Below(256) : 0);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), random.Percent(5) ? random.Pick<int>([0, 1, message.Length - 1, message.Length + 1, int.MaxValue, -1, 5_000_000]) : message.Length);
        message.CopyTo(frame, 5);
        return random.Below(20) switch
        {
            0 => frame[..random.Below(frame.Length + 1)],
            1 => [.. frame, .. frame],
            2 => [],
            _ => frame,
        };
    }
}
