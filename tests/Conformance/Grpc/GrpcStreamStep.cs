using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Conformance.Grpc;

/// <summary>A stream that a scenario holds open over several steps.</summary>
internal sealed class GrpcStream : IAsyncDisposable
{
    private const int MostUnread = 10_000;
    private readonly Channel<IMessage> _received = Channel.CreateBounded<IMessage>(MostUnread);
    private readonly CancellationTokenSource _stopping = new();
    private readonly PushContent _content = new();
    private readonly HttpRequestMessage _request;
    private readonly Task<HttpResponseMessage> _reading;

    public GrpcStream(int port, JsonObject request, Placeholders placeholders)
    {
        var path = GrpcStep.Path(request);
        Call = GrpcCatalogue.Find(path) ?? throw new NotReplayableException($"stream {path}");
        _request = GrpcWire.Request(port, path, request["metadata"] as JsonObject, _content, placeholders);
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>The call.</summary>
    public MethodDescriptor Call { get; }

    /// <summary>Completes with the end of the stream.</summary>
    public Task<HttpResponseMessage> Ended => _reading;

    /// <summary>Sends a message.</summary>
    public Task SendAsync(IMessage message) => _content.SendAsync(GrpcWire.Frame(message));

    /// <summary>Ends the client's half.</summary>
    public void Half() => _content.Complete();

    /// <summary>The next message; null when none comes in time.</summary>
    public async Task<IMessage?> NextAsync(TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        try
        {
            return await _received.Reader.ReadAsync(limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _content.Complete();
        await _stopping.CancelAsync();
        await Task.WhenAny(_reading);
        _request.Dispose();
        _stopping.Dispose();
    }

    private async Task<HttpResponseMessage> ReadAsync()
    {
        try
        {
            var response = await GrpcWire.Client.SendAsync(_request, _stopping.Token);
            await using var body = await response.Content.ReadAsStreamAsync(_stopping.Token);
            while (await GrpcWire.ReadAsync(body, Call.OutputType, _stopping.Token) is { } message)
            {
                await _received.Writer.WriteAsync(message, _stopping.Token);
            }

            return response;
        }
        finally
        {
            _received.Writer.TryComplete();
        }
    }
}

/// <summary>A step that opens a stream or goes on with one.</summary>
internal static class GrpcStreamStep
{
    private const double DefaultWithin = 3_000;

    /// <summary>Sends, waits and compares.</summary>
    public static async Task RunAsync(World world, string at, JsonObject step, JsonObject request, Comparison comparison)
    {
        var expected = step["response"] as JsonObject ?? [];
        if (request["open"] is { } name)
        {
            world.Streams[name.ToString()] = new GrpcStream(world.GrpcPort(request["to"]?.GetValue<string>() ?? "a"), request, world.Placeholders);
        }

        var stream = world.Streams[(request["open"] ?? request["stream"])!.ToString()];
        foreach (var message in request["send"] as JsonArray ?? [])
        {
            await stream.SendAsync(GrpcJson.Read(stream.Call.InputType, message!.AsObject(), world.Placeholders));
        }

        if (request["half"]?.GetValue<bool>() == true)
        {
            stream.Half();
        }

        var within = TimeSpan.FromMilliseconds(request["withinMs"]?.GetValue<double>() ?? DefaultWithin);
        var messages = await ReceiveAsync(stream, request["expect"]?.GetValue<int>() ?? 0, within, TimeSpan.FromMilliseconds(request["quietMs"]?.GetValue<double>() ?? 0));
        if (expected["grpcCode"] is not null)
        {
            var ended = await Task.WhenAny(stream.Ended, Pause.ForAsync(within)) == stream.Ended;
            if (ended)
            {
                GrpcStep.CompareStatus($"{at}.response", expected, await stream.Ended, comparison);
            }
            else
            {
                comparison.Add($"{at}.response.grpcCode: expected {expected["grpcCode"]}, the stream is still open");
            }
        }

        GrpcStep.CompareMessages($"{at}.response", expected, messages, comparison);
    }

    private static async Task<List<IMessage>> ReceiveAsync(GrpcStream stream, int count, TimeSpan within, TimeSpan quiet)
    {
        var messages = new List<IMessage>();
        var clock = Stopwatch.StartNew();
        while (messages.Count < count && within > clock.Elapsed && await stream.NextAsync(within - clock.Elapsed) is { } message)
        {
            messages.Add(message);
        }

        while (quiet > TimeSpan.Zero && await stream.NextAsync(quiet) is { } more)
        {
            messages.Add(more);
        }

        return messages;
    }
}
