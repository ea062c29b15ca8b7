using System.Globalization;
using System.Net.Mail;
using System.Text;
using System.Text.Json;
using Sidecar.Components;

namespace Sidecar.Bindings.Smtp;

/// <summary><c>bindings.smtp</c>: sends an e-mail. What the component says about sender, receivers, subject and priority can be said per request, for that request alone.</summary>
internal sealed class SmtpBinding : IOutputBinding
{
    private const int DefaultPriority = 3;
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(30);
    private readonly ComponentSpec _spec;
    private readonly ComponentContext _context;
    private readonly SmtpServer _server;

    public SmtpBinding(ComponentSpec spec, ComponentContext context)
    {
        _spec = spec;
        _context = context;
        var host = spec["host"] ?? throw ComponentException.Field(spec, "host", "is missing", "give the mail server's host");
        var port = new MetadataReader(spec).Integer("port", 0, 1, 65535);
        if (spec["user"] is null != spec["password"] is null)
        {
            throw ComponentException.Field(spec, "user", "and 'password' belong together", "give both or none");
        }

        if (TryReadPriority(spec["priority"], out _) is { } problem)
        {
            throw ComponentException.Field(spec, "priority", $"is '{spec["priority"]}'", problem);
        }

        _server = new SmtpServer(host, port, spec["user"], spec["password"]);
    }

    /// <inheritdoc />
    public IReadOnlyList<string> Operations { get; } = ["create"];

    /// <inheritdoc />
    public async Task<BindingResult> InvokeAsync(BindingRequest request, CancellationToken cancellationToken)
    {
        foreach (var required in (ReadOnlySpan<string>)["emailFrom", "emailTo", "subject"])
        {
            if (Setting(request, required) is null)
            {
                return BindingResult.Failed($"smtp binding error: {required} property not supplied in configuration- or request-metadata");
            }
        }

        if (TryReadPriority(Setting(request, "priority"), out var priority) is { } problem)
        {
            return BindingResult.Failed(problem);
        }

        using var deadline = new CancellationTokenSource(SendTimeout, _context.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var mail = new Mail
            {
                From = new MailAddress(Setting(request, "emailFrom")!),
                To = Addresses(Setting(request, "emailTo")),
                Cc = Addresses(Setting(request, "emailCC")),
                Bcc = Addresses(Setting(request, "emailBCC")),
                Subject = Setting(request, "subject")!,
                Priority = priority,
                Html = Body(request.Data),
                Date = _context.Time.GetUtcNow(),
            };
            await SmtpConversation.SendAsync(_server, mail, linked.Token);
            return BindingResult.Nothing;
        }
        catch (Exception exception) when (exception is IOException or FormatException or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException)
        {
            return BindingResult.Failed($"error from smtp binding, sending email failed: {exception.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return BindingResult.Failed($"error from smtp binding, sending email failed: the server did not take it within {SendTimeout.TotalSeconds:0} s");
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string? Setting(BindingRequest request, string name) => request[name] ?? _spec[name];

    private static IReadOnlyList<MailAddress> Addresses(string? list) =>
        [.. (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(address => new MailAddress(address))];

    private static string? TryReadPriority(string? text, out int priority)
    {
        priority = DefaultPriority;
        return text is null || (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out priority) && priority is >= 1 and <= 5)
            ? null
            : "smtp binding error:  priority value must be between 1 (highest) and 5 (lowest)";
    }

    // Over HTTP the body is a JSON text, over gRPC it is the text itself.
    private static string Body(ReadOnlyMemory<byte> data)
    {
        if (data is { Length: >= 2, Span: [(byte)'"', .., (byte)'"'] })
        {
            try
            {
                return JsonSerializer.Deserialize<string>(data.Span) ?? "";
            }
            catch (JsonException)
            {
                return Encoding.UTF8.GetString(data.Span);
            }
        }

        return Encoding.UTF8.GetString(data.Span);
    }
}
