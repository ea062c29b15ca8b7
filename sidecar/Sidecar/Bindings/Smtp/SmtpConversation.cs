using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Sidecar.Bindings.Smtp;

/// <summary>A mail server. Port 465 speaks TLS from the start; elsewhere TLS is used when the server offers it.</summary>
internal sealed record SmtpServer(string Host, int Port, string? User, string? Password)
{
    private const int ImplicitTlsPort = 465;

    public bool ImplicitTls => Port == ImplicitTlsPort;

    public bool IsLocal => Host is "localhost" or "127.0.0.1" or "::1";
}

/// <summary>One conversation with a mail server: greeting, TLS, authentication, one mail. Throws <see cref="IOException"/> with the server's words.</summary>
internal sealed class SmtpConversation : IAsyncDisposable
{
    private readonly SmtpServer _server;
    private Stream _stream;
    private StreamReader _reader;

    private SmtpConversation(SmtpServer server, Stream stream)
    {
        _server = server;
        _stream = stream;
        _reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
    }

    /// <summary>Sends a mail over a connection of its own.</summary>
    public static async Task SendAsync(SmtpServer server, Mail mail, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port, cancellationToken);
        await using var conversation = new SmtpConversation(server, client.GetStream());
        await conversation.SendAsync(mail, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _stream.DisposeAsync();
    }

    private async Task SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        var secure = _server.ImplicitTls;
        if (secure)
        {
            await SecureAsync(cancellationToken);
        }

        await ExpectAsync(2, cancellationToken);
        var features = await GreetAsync(cancellationToken);
        if (!secure && features.Contains("STARTTLS", StringComparer.OrdinalIgnoreCase))
        {
            await CommandAsync("STARTTLS", 2, cancellationToken);
            await SecureAsync(cancellationToken);
            secure = true;
            features = await GreetAsync(cancellationToken);
        }

        await AuthenticateAsync(features, secure, cancellationToken);
        await CommandAsync($"MAIL FROM:<{mail.From.Address}>", 2, cancellationToken);
        foreach (var receiver in mail.To.Concat(mail.Cc).Concat(mail.Bcc))
        {
            await CommandAsync($"RCPT TO:<{receiver.Address}>", 2, cancellationToken);
        }

        await CommandAsync("DATA", 3, cancellationToken);
        await CommandAsync(Stuffed(mail.ToText()) + ".", 2, cancellationToken);
        await CommandAsync("QUIT", 2, cancellationToken);
    }

    private async Task AuthenticateAsync(IReadOnlyList<string> features, bool secure, CancellationToken cancellationToken)
    {
        if (_server.User is not { } user || features.FirstOrDefault(feature => feature.StartsWith("AUTH ", StringComparison.OrdinalIgnoreCase)) is not { } offer)
        {
            return;
        }

        // A password never crosses a network in the clear.
        if (!secure && !_server.IsLocal)
        {
            throw new IOException("unencrypted connection");
        }

        if (offer.Contains("PLAIN", StringComparison.OrdinalIgnoreCase))
        {
            await CommandAsync($"AUTH PLAIN {Encode($"\0{user}\0{_server.Password}")}", 2, cancellationToken);
            return;
        }

        await CommandAsync("AUTH LOGIN", 3, cancellationToken);
        await CommandAsync(Encode(user), 3, cancellationToken);
        await CommandAsync(Encode(_server.Password!), 2, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> GreetAsync(CancellationToken cancellationToken) => await CommandAsync("EHLO localhost", 2, cancellationToken);

    private async Task SecureAsync(CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = _server.Host }, cancellationToken);
        _reader.Dispose();
        _reader = new StreamReader(tls, Encoding.UTF8, leaveOpen: true);
    }

    private async Task<IReadOnlyList<string>> CommandAsync(string command, int success, CancellationToken cancellationToken)
    {
        if (success == 2 && !command.EndsWith('.') && command.AsSpan().ContainsAny('\r', '\n'))
        {
            throw new IOException("a line break in an address");
        }

        await _stream.WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"), cancellationToken);
        await _stream.FlushAsync(cancellationToken);
        return await ExpectAsync(success, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> ExpectAsync(int success, CancellationToken cancellationToken)
    {
        const int MostLines = 100;
        var lines = new List<string>();
        while (await _reader.ReadLineAsync(cancellationToken) is { } line)
        {
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (lines.Count > MostLines || line.Length < 3)
            {
                throw new IOException("the mail server's answer is not understood");
            }

            if (line.Length == 3 || line[3] != '-')
            {
                return line[0] - '0' == success ? lines : throw new IOException($"{line[..3]} {string.Join(' ', lines)}");
            }
        }

        throw new IOException("EOF");
    }

    private static string Stuffed(string text) => text.Replace("\r\n.", "\r\n..", StringComparison.Ordinal);

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
