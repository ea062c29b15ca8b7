namespace Sidecar.Host.Output;

/// <summary>Where the host speaks to its user. Lines of several writers never mix.</summary>
internal interface IConsole
{
    /// <summary>A line on standard output.</summary>
    void Line(string text);

    /// <summary>A line on standard error.</summary>
    void Error(string text);
}

/// <summary>The terminal. When its reader goes away (a closed pipe) the run goes on without it: the log files have every line.</summary>
internal sealed class TerminalConsole(TextWriter output, TextWriter error) : IConsole
{
    private readonly Lock _gate = new();
    private bool _closed;

    public void Line(string text) => Write(output, text);

    public void Error(string text) => Write(error, text);

    private void Write(TextWriter writer, string text)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            try
            {
                writer.WriteLine(text);
                writer.Flush();
            }
            catch (IOException)
            {
                _closed = true;
            }
        }
    }
}
