namespace Fuzz;

/// <summary>The seeds of cases that once found something: <c>seeds.txt</c>, a target and a seed a line. Each run begins with them.</summary>
internal static class KeptSeeds
{
    public static IEnumerable<(string Target, int Seed)> Read() =>
        from line in File.ReadLines(Path.Combine(TestServers.RepositoryRoot, "tests", "Fuzz", "seeds.txt"))
        where line.Length > 0 && line[0] != '#'
        let words = line.Split(' ')
        select (words[0], int.Parse(words[1]));
}
