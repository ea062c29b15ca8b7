using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ServiceDefaults;

/// <summary>A step of the schema: an embedded file `Migrations/NNNN_name.sql`.</summary>
internal sealed partial record Migration(string Source, int Version, string Name, string Sql)
{
    /// <summary>Taken before role names are filled in, so that it is the same in every installation.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    public static IReadOnlyList<Migration> In(Assembly assembly)
    {
        var source = assembly.GetName().Name!;
        var migrations = assembly.GetManifestResourceNames()
            .Select(resource => (resource, match: FileName().Match(resource)))
            .Where(found => found.match.Success)
            .Select(found => new Migration(source, int.Parse(found.match.Groups["version"].ValueSpan), found.match.Groups["name"].Value, Read(assembly, found.resource)))
            .OrderBy(migration => migration.Version)
            .ToList();
        var twice = migrations.GroupBy(migration => migration.Version).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? migrations : throw new MigrationException($"{source} has {twice.Count()} migrations with the number {twice.Key}; give each its own.");
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\.Migrations\.(?<version>[0-9]{4})_(?<name>[A-Za-z0-9_\-]+)\.sql$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex FileName();
}
