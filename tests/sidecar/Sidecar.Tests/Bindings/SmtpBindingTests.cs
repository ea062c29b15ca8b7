using System.Net;
using System.Net.Sockets;
using System.Text;
using Sidecar.Bindings;
using Sidecar.Bindings.Smtp;
using Sidecar.Components;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Bindings;

public sealed class SmtpBindingTests
{
    [Fact]
    public async Task Create_Mail_ReachesEveryReceiverWithoutNamingTheHiddenOnes()
    {
        using var server = new FakeMailServer();
        var mail = await SendAsync(server, "\"<b>Grüße</b>\"", ("emailTo", "a@x.test;b@x.test"), ("emailBCC", "c@x.test"), ("subject", "Bestellung bestätigt"), ("priority", "1"));

        mail.Error.Should().BeNull();
        var lines = await server.Conversation;
        lines.Should().ContainInOrder("MAIL FROM:<shop@x.test>", "RCPT TO:<a@x.test>", "RCPT TO:<b@x.test>", "RCPT TO:<c@x.test>", "DATA", "To: a@x.test, b@x.test", "X-priority: 1", "QUIT");
        lines.Should().NotContain(line => line.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase));
        lines.Should().Contain("Subject: =?UTF-8?B?" + Convert.ToBase64String("Bestellung bestätigt"u8) + "?=");
        lines.Should().Contain(Convert.ToBase64String("<b>Grüße</b>"u8));
    }

    [Fact]
    public async Task Create_RequestMetadata_CountsForThatRequestAlone()
    {
        using var first = new FakeMailServer();
        await using var binding = Binding(first.Port, ("emailTo", "default@x.test"), ("subject", "s"));
        await binding.InvokeAsync(Request("x", ("emailTo", "other@x.test")), CancellationToken.None);
        (await first.Conversation).Should().Contain("RCPT TO:<other@x.test>");

        using var second = new FakeMailServer(first.Port);
        await binding.InvokeAsync(Request("x"), CancellationToken.None);

        (await second.Conversation).Should().Contain("RCPT TO:<default@x.test>");
    }

    [Theory]
    [InlineData("subject", "a\r\nBcc: victim@x.test")]
    [InlineData("emailTo", "a@x.test>\r\nRCPT TO:<victim@x.test")]
    public async Task Create_LineBreakInASetting_CannotAddALine(string setting, string value)
    {
        using var server = new FakeMailServer();
        await SendAsync(server, "x", ("emailTo", "a@x.test"), ("subject", "s"), (setting, value));
        server.Dispose();

        (await server.Conversation).Should().NotContain(line => line.StartsWith("Bcc", StringComparison.Ordinal) || line.Contains("RCPT TO:<victim", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Create_NoSubject_IsRefused()
    {
        using var server = new FakeMailServer();

        (await SendAsync(server, "x", ("emailTo", "a@x.test"))).Error.Should().Be("smtp binding error: subject property not supplied in configuration- or request-metadata");
    }

    private static async Task<BindingResult> SendAsync(FakeMailServer server, string data, params (string Name, string Value)[] metadata)
    {
        await using var binding = Binding(server.Port);
        return await binding.InvokeAsync(Request(data, metadata), CancellationToken.None);
    }

    private static BindingRequest Request(string data, params (string Name, string Value)[] metadata)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in metadata)
        {
            fields[name] = value;
        }

        return new BindingRequest("create", Encoding.UTF8.GetBytes(data), fields);
    }

    private static SmtpBinding Binding(int port, params (string Name, string Value)[] metadata)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["host"] = "127.0.0.1", ["port"] = port.ToString(), ["emailFrom"] = "shop@x.test" };
        foreach (var (name, value) in metadata)
        {
            fields[name] = value;
        }

        return new SmtpBinding(new ComponentSpec("mail", "bindings.smtp", "v1", fields, "mail.yaml"), TestContext.Component());
    }

    /// <summary>Takes one conversation and keeps the lines it got.</summary>
    private sealed class FakeMailServer : IDisposable
    {
        private readonly TcpListener _listener;

        public FakeMailServer(int port = 0)
        {
            _listener = new TcpListener(IPAddress.Loopback, port) { ExclusiveAddressUse = false };
            _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            Conversation = TalkAsync();
        }

        public int Port { get; }

        public Task<IReadOnlyList<string>> Conversation { get; }

        public void Dispose() => _listener.Stop();

        private async Task<IReadOnlyList<string>> TalkAsync()
        {
            var lines = new List<string>();
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                _listener.Stop();
                using var reader = new StreamReader(client.GetStream());
                await using var writer = new StreamWriter(client.GetStream()) { AutoFlush = true, NewLine = "\r\n" };
                await writer.WriteLineAsync("220 ready");
                var inData = false;
                while (await reader.ReadLineAsync() is { } line)
                {
                    lines.Add(line);
                    inData = inData ? line != "." : line == "DATA";
                    if (!inData || line == "DATA")
                    {
                        await writer.WriteLineAsync(line == "DATA" ? "354 go on" : line.StartsWith("EHLO", StringComparison.Ordinal) ? "250-here\r\n250 8BITMIME" : "250 ok");
                    }
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
            {
                // Nobody came, or the client went away: what was said so far counts.
            }

            return lines;
        }
    }
}
