using Dapr.Common.Rpc;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Dapr.Common.Tests;

public sealed class RpcChannelTests
{
    // "hi" as google.protobuf.StringValue in a gRPC frame.
    private static readonly byte[] Frame = [0, 0, 0, 0, 4, 10, 2, (byte)'h', (byte)'i'];

    [Fact]
    public async Task Unary_MessageAndStatus_IsTheMessage()
    {
        string? timeout = null;
        byte[]? sent = null;
        await using var server = await Server.StartAsync(async context =>
        {
            timeout = context.Request.Headers["grpc-timeout"];
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            sent = body.ToArray();
            await Grpc(context, Frame);
            context.Response.AppendTrailer("grpc-status", "0");
        });

        var answer = await server.Channel().UnaryAsync("/x", new StringValue { Value = "hi" }, StringValue.Parser, CancellationToken.None, TimeSpan.FromSeconds(5));

        answer.Value.Should().Be("hi");
        timeout.Should().Be("5000m");
        sent.Should().Equal(Frame);
    }

    [Fact]
    public async Task Unary_ErrorInTrailers_IsThrown()
    {
        await using var server = await Server.StartAsync(async context =>
        {
            await Grpc(context, []);
            context.Response.AppendTrailer("grpc-status", "9");
            context.Response.AppendTrailer("grpc-message", "not%20now");
        });

        (await CallAsync(server.Channel())).Should().Match<RpcException>(exception => exception.StatusCode == RpcStatusCode.FailedPrecondition && exception.Detail == "not now");
    }

    [Theory]
    [InlineData(200, "text/html", RpcStatusCode.Cancelled)]
    [InlineData(404, "text/plain", RpcStatusCode.Unimplemented)]
    [InlineData(503, "text/plain", RpcStatusCode.Unavailable)]
    [InlineData(401, "text/plain", RpcStatusCode.Unauthenticated)]
    public async Task Unary_AnswerThatIsNotGrpc_IsMapped(int status, string contentType, object expected)
    {
        await using var server = await Server.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            return Task.CompletedTask;
        });

        (await CallAsync(server.Channel())).StatusCode.Should().Be((RpcStatusCode)expected);
    }

    [Fact]
    public async Task Unary_NoStatusAtAll_IsAnError()
    {
        await using var server = await Server.StartAsync(context => Grpc(context, Frame));

        (await CallAsync(server.Channel())).StatusCode.Should().Be(RpcStatusCode.Cancelled);
    }

    [Fact]
    public async Task Unary_CutMessage_IsAnError()
    {
        await using var server = await Server.StartAsync(context => Grpc(context, Frame[..7]));

        (await CallAsync(server.Channel())).StatusCode.Should().Be(RpcStatusCode.Internal);
    }

    [Fact]
    public async Task Unary_TooLongMessage_IsRefusedBothWays()
    {
        await using var server = await Server.StartAsync(context => Grpc(context, Frame));

        (await CallAsync(server.Channel(receive: 3))).StatusCode.Should().Be(RpcStatusCode.ResourceExhausted);
        (await CallAsync(server.Channel(send: 3))).StatusCode.Should().Be(RpcStatusCode.ResourceExhausted);
    }

    [Fact]
    public async Task Unary_Deadline_IsDeadlineExceeded()
    {
        await using var server = await Server.StartAsync(context => new TaskCompletionSource().Task.WaitAsync(context.RequestAborted));

        (await CallAsync(server.Channel(), TimeSpan.FromMilliseconds(50))).StatusCode.Should().Be(RpcStatusCode.DeadlineExceeded);
    }

    [Fact]
    public async Task Stream_Messages_ComeOneByOneAndThenTheStatus()
    {
        await using var server = await Server.StartAsync(async context =>
        {
            await Grpc(context, [.. Frame, .. Frame]);
            context.Response.AppendTrailer("grpc-status", "14");
        });
        var seen = new List<string>();

        var read = async () =>
        {
            await foreach (var message in server.Channel().StreamAsync("/x", new Empty(), StringValue.Parser))
            {
                seen.Add(message.Value);
            }
        };

        (await read.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(RpcStatusCode.Unavailable);
        seen.Should().Equal("hi", "hi");
    }

    [Fact]
    public async Task Stream_ConnectionThatBreaks_IsUnavailable()
    {
        await using var server = await Server.StartAsync(async context =>
        {
            await Grpc(context, Frame);
            context.Abort();
        });

        var read = async () =>
        {
            await foreach (var message in server.Channel().StreamAsync("/x", new Empty(), StringValue.Parser))
            {
                message.Value.Should().Be("hi");
            }
        };

        (await read.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(RpcStatusCode.Unavailable);
    }

    private static async Task Grpc(HttpContext context, byte[] bytes)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(bytes);
        await context.Response.Body.FlushAsync();
    }

    private static async Task<RpcException> CallAsync(RpcChannel channel, TimeSpan? timeout = null)
    {
        var call = () => channel.UnaryAsync("/x", new StringValue { Value = "hi" }, StringValue.Parser, CancellationToken.None, timeout);
        return (await call.Should().ThrowAsync<RpcException>()).Which;
    }

    private sealed class Server(WebApplication app, string url) : IAsyncDisposable
    {
        public static async Task<Server> StartAsync(RequestDelegate handle)
        {
            var port = FreePort.Next();
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port, listen => listen.Protocols = HttpProtocols.Http2));
            var app = builder.Build();
            app.Run(handle);
            await app.StartAsync();
            return new Server(app, $"http://localhost:{port}");
        }

        public RpcChannel Channel(int? receive = null, int? send = null) =>
            new(new RpcChannelOptions(new Uri(url), typeof(RpcChannel).Assembly) { MaxReceiveMessageSize = receive, MaxSendMessageSize = send });

        public async ValueTask DisposeAsync()
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await app.StopAsync(now.Token);
            await app.DisposeAsync();
        }
    }
}
