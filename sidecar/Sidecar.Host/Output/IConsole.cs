namespace Sidecar.Host.Output;

/// <summary>Where the host speaks to its user. Lines of several writers never mix.</summary>
internal interface IConsole
{
    /// <summary>A line on standard output.</summary>
    void Line(string text);

    /// <summary>A line on standard error.</summary>
    void Error(string text);
}

/// <summary>The terminal.</summary>
internal sealed class TerminalConsole(TextWriter output, TextWriter error) : IConsole
{
    private readonly Lock _gate = new();

    public void Line(string text) => Write(output, text);

    public void Error(string text) => Write(error, text);

    private void Write(TextWriter writer, string text)
    {
        lock (_gate)
        {
            writer.WriteLine(text);
            writer.Flush();
        }
    }
}
