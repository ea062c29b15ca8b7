using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>The part of a list that a client asks for by `?page=&amp;pageSize=`.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Size">1 to 100, default 20.</param>
public sealed record Page(int Number, int Size)
{
    /// <summary>The largest page.</summary>
    public const int MaxSize = 100;

    /// <summary>The page size when the client names none.</summary>
    public const int DefaultSize = 20;

    private const int MaxNumber = 1_000_000;

    /// <summary>Rows before the page.</summary>
    public int Offset => (Number - 1) * Size;

    /// <summary>The answer to this page request.</summary>
    public PagedList<T> Of<T>(IReadOnlyList<T> items, long total) => new(items, total, Number, Size);

    /// <summary>Reads the query; wrong values are answered with 400 and every wrong field.</summary>
    public static ValueTask<Page?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var validation = new Validation();
        var number = Read(context, "page", 1, MaxNumber, validation);
        var size = Read(context, "pageSize", DefaultSize, MaxSize, validation);
        return validation.Failed ? throw new InvalidRequestException(validation) : ValueTask.FromResult<Page?>(new Page(number, size));
    }

    private static int Read(HttpContext context, string name, int fallback, int max, Validation validation)
    {
        var values = context.Request.Query[name];
        if (values.Count == 0)
        {
            return fallback;
        }

        if (values.Count == 1 && int.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= 1 && value <= max)
        {
            return value;
        }

        validation.Add(name, $"must be a whole number from 1 to {max}");
        return fallback;
    }
}
