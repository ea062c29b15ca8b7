using System.Text;

namespace Fuzz.World;

/// <summary>A request as it goes over the wire; nothing in it is checked.</summary>
internal sealed record RawRequest(string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public bool IsHead => Method == "HEAD";

    /// <summary>Whether an HTTP server can read it whole: then it must answer it.</summary>
    public bool IsWellFormed => Method.Length > 0 && Method.All(char.IsAsciiLetterUpper) && Method != "CONNECT" && Target.StartsWith('/') && Target.All(c => c > ' ' && c < '\u007f')
        && Headers.All(header => header.Name.Length > 0 && header.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && header.Value.All(c => c >= ' ' && c < '\u007f'));

    public byte[] ToBytes()
    {
        var head = new StringBuilder().Append(Method).Append(' ').Append(Target).Append(" HTTP/1.1\r\nHost: localhost\r\n");
        foreach (var (name, value) in Headers)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        if (Body.Length > 0 || Method is "POST" or "PUT" or "PATCH")
        {
            head.Append("Content-Length: ").Append(Body.Length).Append("\r\n");
        }

        return [.. Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), .. Body];
    }

    /// <inheritdoc />
    public override string ToString() => Encoding.UTF8.GetString(ToBytes());
}
