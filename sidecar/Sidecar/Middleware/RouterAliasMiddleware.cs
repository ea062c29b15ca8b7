using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
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
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(spec["routes"] ?? ""));
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

        foreach (var (path, target) in routes.Children)
        {
            _routes.Add((Compile(spec, path.ToString()), target.ToString()));
        }
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
        var parameters = string.Join('&', match.Groups.Values.Where(group => !char.IsAsciiDigit(group.Name[0])).Select(group => $"{Uri.EscapeDataString(group.Name)}={Uri.EscapeDataString(group.Value)}"));
        var rest = query.TrimStart('?');
        var all = parameters.Length == 0 ? rest : rest.Length == 0 ? parameters : $"{rest}&{parameters}";
        request.Path = target;
        request.QueryString = all.Length == 0 ? QueryString.Empty : new QueryString("?" + all);
        feature.RawTarget = all.Length == 0 ? target : $"{target}?{all}";
    }

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
