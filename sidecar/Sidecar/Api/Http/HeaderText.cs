using System.Text;

namespace Sidecar.Api.Http;

/// <summary>
/// Texts in headers. A header passes octet by octet, so that here each of its letters is one octet (Latin-1); where its value is a text, that is UTF-8, as in Go.
/// </summary>
internal static class HeaderText
{
    /// <summary>The text that a received header holds.</summary>
    public static string Read(string value) => Ascii.IsValid(value) ? value : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(value));

    /// <summary>A header's value that holds a text.</summary>
    public static string Write(string text) => Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
