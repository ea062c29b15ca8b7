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
        await using var server = await MailServer.StartAsync();
        var mail = await SendAsync(server, "\"<b>Grüße</b>\"", ("emailTo", "a@x.test;b@x.test"), ("emailBCC", "c@x.test"), ("subject", "Bestellung bestätigt"), ("priority", "1"));

        mail.Error.Should().BeNull();
        var lines = server.Lines;
        lines.Should().ContainInOrder("MAIL FROM:<shop@x.test>", "RCPT TO:<a@x.test>", "RCPT TO:<b@x.test>", "RCPT TO:<c@x.test>", "DATA", "To: a@x.test, b@x.test", "X-priority: 1", "QUIT");
        lines.Should().NotContain(line => line.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase));
        lines.Should().Contain("Subject: =?UTF-8?B?" + Convert.ToBase64String("Bestellung bestätigt"u8) + "?=");
        lines.Should().Contain(Convert.ToBase64String("<b>Grüße</b>"u8));
    }

    [Fact]
    public async Task Create_RequestMetadata_CountsForThatRequestAlone()
    {
        await using var server = await MailServer.StartAsync();
        await using var binding = Binding(server.Port, ("emailTo", "default@x.test"), ("subject", "s"));
        await binding.InvokeAsync(Request("x", ("emailTo", "other@x.test")), CancellationToken.None);
        await binding.InvokeAsync(Request("x"), CancellationToken.None);

        server.Lines.Where(line => line.StartsWith("RCPT", StringComparison.Ordinal)).Should().Equal("RCPT TO:<other@x.test>", "RCPT TO:<default@x.test>");
    }

    [Theory]
    [InlineData("subject", "a\r\nBcc: victim@x.test")]
    [InlineData("emailTo", "a@x.test>\r\nRCPT TO:<victim@x.test")]
    public async Task Create_LineBreakInASetting_CannotAddALine(string setting, string value)
    {
        await using var server = await MailServer.StartAsync();
        await SendAsync(server, "x", ("emailTo", "a@x.test"), ("subject", "s"), (setting, value));
        await server.KillAsync();

        server.Lines.Should().NotContain(line => line.StartsWith("Bcc", StringComparison.Ordinal) || line.Contains("RCPT TO:<victim", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Create_NoSubject_IsRefused()
    {
        await using var server = await MailServer.StartAsync();

        (await SendAsync(server, "x", ("emailTo", "a@x.test"))).Error.Should().Be("smtp binding error: subject property not supplied in configuration- or request-metadata");
    }

    private static async Task<BindingResult> SendAsync(MailServer server, string data, params (string Name, string Value)[] metadata)
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

    internal static SmtpBinding Binding(int port, params (string Name, string Value)[] metadata)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["host"] = "127.0.0.1", ["port"] = port.ToString(), ["emailFrom"] = "shop@x.test" };
        foreach (var (name, value) in metadata)
        {
            fields[name] = value;
        }

        return new SmtpBinding(new ComponentSpec("mail", "bindings.smtp", "v1", fields, "mail.yaml"), TestContext.Component());
    }
}
