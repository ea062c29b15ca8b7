using System.Diagnostics;
using Fuzz.Input;
using Fuzz.Targets;
using Fuzz.World;

namespace Fuzz;

/// <summary>
/// One run: the kept seeds first, then new cases by several workers. Each case has a seed of its own, so that one number repeats it; the seeds
/// of the cases under way are in a file, so that a crash of the process names its cause.
/// </summary>
internal sealed class FuzzRun(FuzzOptions options)
{
    private const int Workers = 8;
    private const int MostFindings = 40;
    private readonly List<Finding> _findings = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _begun;

    private bool IsOver => _begun >= options.Requests || _clock.Elapsed > options.Time || _findings.Count >= MostFindings;

    /// <summary>Runs; true when nothing was found.</summary>
    public async Task<bool> ExecuteAsync()
    {
        Console.WriteLine($"fuzz: seed {options.Seed}, {(options.Time is { } time ? $"{time.TotalSeconds:0} s" : $"{options.Requests} requests")}");
        await using var world = await FuzzWorld.StartAsync();
        var corpus = Corpus.Load(Path.Combine(TestServers.RepositoryRoot, "tests", "Conformance", "golden"));
        ITarget[] targets = [.. TargetTable.Create(world, corpus).Where(target => options.Only is null || target.Name == options.Only)];
        if (options.Case is { } one)
        {
            await RunAsync(targets[0], one);
        }
        else
        {
            foreach (var (name, seed) in KeptSeeds.Read())
            {
                await Task.WhenAll(targets.Where(target => target.Name == name).Select(target => RunAsync(target, seed)));
            }

            using var underWay = CasesUnderWay.Open(Workers);
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(worker, targets, underWay))));
        }

        _findings.AddRange(world.Findings(options.Seed));
        return Report();
    }

    private async Task WorkAsync(int worker, ITarget[] targets, CasesUnderWay underWay)
    {
        var weights = targets.Sum(target => target.Weight);
        while (!IsOver)
        {
            var number = Interlocked.Increment(ref _begun);
            var seed = unchecked((options.Seed * 31) + (number * (int)2654435761));
            var target = Pick(targets, (int)((uint)seed % (uint)weights));
            underWay.Note(worker, target.Name, seed);
            await RunAsync(target, seed);
            if (number % 50_000 == 0)
            {
                Console.WriteLine($"  {number} cases, {_clock.Elapsed.TotalSeconds:0} s, {_findings.Count} findings");
            }
        }
    }

    private static ITarget Pick(ITarget[] targets, int draw)
    {
        foreach (var target in targets)
        {
            if ((draw -= target.Weight) < 0)
            {
                return target;
            }
        }

        return targets[^1];
    }

    private async Task RunAsync(ITarget target, int seed)
    {
        Finding? finding = null;
        try
        {
            finding = await FindAsync(target, seed) is { } found ? new Finding(target.Name, seed, found.What, found.Input) : null;
        }
        catch (Exception exception)
        {
            // Whatever comes through is the finding.
            finding = new Finding(target.Name, seed, exception.ToString(), "");
        }

        lock (_gate)
        {
            _counts[target.Name] = _counts.GetValueOrDefault(target.Name) + 1;
            if (finding is not null)
            {
                _findings.Add(finding);
                Console.WriteLine($"  FOUND {finding}");
            }
        }
    }

    private static async Task<Problem?> FindAsync(ITarget target, int seed)
    {
        var problem = await target.RunAsync(new FuzzRandom(seed));
        return problem is { IsSlow: true } ? await target.RunAsync(new FuzzRandom(seed)) : problem;
    }

    private bool Report()
    {
        Console.WriteLine($"  {string.Join(", ", _counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"))} in {_clock.Elapsed.TotalSeconds:0} s");
        foreach (var finding in _findings.Where(finding => finding.Input.Length == 0))
        {
            Console.WriteLine($"  FOUND {finding}");
        }

        if (_findings.Count > 0)
        {
            Console.WriteLine($"fuzz: {_findings.Count} findings from seed {options.Seed}; add their target and seed to tests/Fuzz/seeds.txt when they are mended (one again: make fuzz ONLY=target CASE=seed)");
            return false;
        }

        Console.WriteLine($"fuzz: nothing found in {_counts.Values.Sum()} cases from seed {options.Seed}");
        return true;
    }
}
