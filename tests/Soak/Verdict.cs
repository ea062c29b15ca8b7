using Sidecar.Host.Control;

namespace Soak;

/// <summary>The verdict of a run: memory flat within 10 %, no message lost, repetitions and failures only with a cause.</summary>
internal sealed class Verdict(Ledger ledger, Memory memory, IReadOnlyList<FaultStatus> faults)
{
    private const double MostGrowth = 0.10;
    private bool _isGood = true;

    /// <summary>Prints it; true when everything holds.</summary>
    public bool Print()
    {
        foreach (var (what, count) in ledger.Counts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Console.WriteLine($"  {what}: {count}");
        }

        Console.WriteLine($"  faults: {string.Join(", ", faults.Select(fault => $"{fault.Name} {fault.Hits}"))}");
        var growth = memory.Before > 0 ? memory.After / memory.Before - 1 : 0;
        Check("memory", growth <= MostGrowth, $"{memory.Before:0.0} MiB in the second third, {memory.After:0.0} in the last ({growth:+0.0 %;-0.0 %}), at most {memory.Most:0.0}");
        Check("no message lost", ledger.Missing.Count == 0, $"{ledger.Missing.Count} of {ledger.Acknowledged} taken ones did not arrive {string.Join(' ', ledger.Missing.Take(5))}");
        CheckRepeated("messages twice", "m", Hits("again-lost-ack", "again-delivery", "again-publish"));
        CheckRepeated("activities twice", App.Activity, Hits("again-activity", "failing-activity"));
        Check("failures have causes", ledger.Unexplained.Count == 0, $"{ledger.Unexplained.Values.Sum()} without");
        foreach (var (failure, count) in ledger.Unexplained.Take(10))
        {
            Console.WriteLine($"    {count} x {failure}");
        }

        Console.WriteLine(_isGood ? "soak: PASSED" : "soak: FAILED");
        return _isGood;
    }

    private void CheckRepeated(string what, string prefix, long causes)
    {
        var repeated = ledger.Repeated(prefix);
        Check($"{what} only with cause", repeated <= causes, $"{repeated} times outside of disturbances, for {causes} injected causes");
    }

    private long Hits(params string[] names) => faults.Where(fault => names.Contains(fault.Name, StringComparer.Ordinal)).Sum(fault => fault.Hits);

    private void Check(string what, bool holds, string figures)
    {
        _isGood &= holds;
        Console.WriteLine($"  {(holds ? "ok  " : "FAIL")} {what}: {figures}");
    }
}
