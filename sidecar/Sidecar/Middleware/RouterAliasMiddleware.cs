using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Sidecar.Api.Http;
using Sidecar.Components;
using YamlDotNet.RepresentationModel;

namespace Sidecar.Middleware;

/// <summary><c>middleware.http.routeralias</c>: turns paths of one's own (<c>/orders/{id}</c>) into paths of Dapr's API; what the braces took is added to the query.</summary>
internal sealed class RouterAliasMiddleware : IHttpMiddleware
{
    private const string Accepted = "give a JSON or YAML mapping of paths to paths of Dapr's API";
    private readonly List<(Regex Pattern, string Target)> _routes = [];

    public RouterAliasMiddleware(ComponentSpec spec)
    {
        // The older form: each field is a path, its value the path of the API.
        var routes = spec.Metadata.Count == 1 && spec["routes"] is { } text ? Read(spec, text) : spec.Metadata;
        foreach (var (path, target) in routes)
        {
            _routes.Add((Compile(spec, path), target));
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Read(ComponentSpec spec, string text)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlDotNet.Core.YamlException exception)
        {
            throw ComponentException.Field(spec, "routes", $"is not understood: {exception.Message}", Accepted);
        }

        var root = yaml.Documents.Count > 0 ? yaml.Documents[0].RootNode : new YamlMappingNode();
        if (root is not YamlMappingNode routes || routes.Children.Values.Any(target => target is not YamlScalarNode { Value.Length: > 0 }))
        {
            throw ComponentException.Field(spec, "routes", "is no mapping of texts", Accepted);
        }

        return routes.Children.Select(route => KeyValuePair.Create(route.Key.ToString(), route.Value.ToString()));
    }

    /// <inheritdoc />
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var feature = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        var (path, query) = RequestPath.Split(feature.RawTarget);
        var decoded = Uri.UnescapeDataString(path);
        foreach (var (pattern, target) in _routes)
        {
            if (pattern.Match(decoded) is { Success: true } match)
            {
                Rewrite(context.Request, feature, target, query, match);
                break;
            }
        }

        return next(context);
    }

    private static void Rewrite(HttpRequest request, IHttpRequestFeature feature, string target, string query, Match match)
    {
        var taken = match.Groups.Values.Where(group => !char.IsAsciiDigit(group.Name[0])).Select(group => KeyValuePair.Create(group.Name, group.Value)).ToList();
        var all = taken.Count == 0 ? query : Encode(QueryHelpers.ParseQuery(query).SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value ?? "")).Concat(taken));
        request.Path = target;
        request.QueryString = all.Length == 0 ? QueryString.Empty : new QueryString(all);
        feature.RawTarget = target + all;
    }

    // As Go writes a query: in the order of the names, blanks as plus signs.
    private static string Encode(IEnumerable<KeyValuePair<string, string>> query) =>
        "?" + string.Join('&', query.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{Escape(pair.Key)}={Escape(pair.Value)}"));

    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    private static Regex Compile(ComponentSpec spec, string path)
    {
        var pattern = new StringBuilder("^");
        for (var at = 0; at < path.Length;)
        {
            var open = path.IndexOf('{', at);
            var close = open < 0 ? -1 : path.IndexOf('}', open);
            if (close < 0)
            {
                pattern.Append(Regex.Escape(path[at..]));
                break;
            }

            var parts = path[(open + 1)..close].Split(':', 2);
            pattern.Append(Regex.Escape(path[at..open])).Append("(?<").Append(parts[0]).Append('>').Append(parts.Length > 1 ? parts[1] : "[^/]+").Append(')');
            at = close + 1;
        }

        try
        {
            return new Regex(pattern.Append('$').ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw ComponentException.Field(spec, "routes", $"has the path '{path}': {exception.Message}", "give a path such as /orders/{id} or /orders/{id:[0-9]+}");
        }
    }
}
