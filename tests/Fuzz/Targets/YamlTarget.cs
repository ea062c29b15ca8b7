using System.Diagnostics;
using System.Text;
using Fuzz.Input;
using Fuzz.World;
using Sidecar;
using Sidecar.Components;
using Sidecar.Host.RunFiles;

namespace Fuzz.Targets;

/// <summary>Resource files and run files: whatever they hold, the answer is what is loaded or a list of what is wrong, and soon.</summary>
internal sealed class YamlTarget : ITarget
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private readonly FuzzWorld _world;
    private readonly IReadOnlyList<string> _texts;

    public YamlTarget(FuzzWorld world, Corpus corpus)
    {
        _world = world;
        var root = TestServers.RepositoryRoot;
        _texts =
        [
            .. corpus.Resources,
            .. Directory.EnumerateFiles(Path.Combine(root, "components"), "*.yaml").Append(Path.Combine(root, "dapr.yaml")).Order(StringComparer.Ordinal).Select(File.ReadAllText),
        ];
    }

    public string Name => "yaml";

    public int Weight => 5;

    public async Task<Problem?> RunAsync(FuzzRandom random)
    {
        var text = random.Percent(3) ? Deep(random) : Mutated(random);
        var folder = Directory.CreateDirectory(Path.Combine(_world.Scratch, Guid.NewGuid().ToString("N")));
        var clock = Stopwatch.StartNew();
        try
        {
            var file = Path.Combine(folder.FullName, "r.yaml");
            await File.WriteAllBytesAsync(file, Encoding.UTF8.GetBytes(text));
            RunFileReader.Read(file);
            await new ResourceLoader(new SidecarOptions { AppId = "app", ResourcesPaths = [folder.FullName] }).LoadAsync(CancellationToken.None);
        }
        catch (SidecarStartException)
        {
            // What it may say.
        }
        catch (Exception exception)
        {
            return new Problem(exception.ToString(), text);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return Problem.IfSlow(clock.Elapsed, Longest, text);
    }

    private string Mutated(FuzzRandom random)
    {
        var lines = random.Pick(_texts).Split('\n').ToList();
        for (var changes = 1 + random.Below(3); changes > 0; changes--)
        {
            var at = random.Below(lines.Count);
            switch (random.Below(5))
            {
                case 0:
                    lines.RemoveAt(at);
                    lines.Add("");
                    break;
                case 1:
                    lines.Insert(at, random.Pick(lines));
                    break;
                case 2:
                    lines[at] = new string(' ', random.Below(6)) + lines[at].TrimStart();
                    break;
                case 3:
                    lines[at] = lines[at].Split(':')[0] + ": " + random.Pick<string>(["[]", "{}", "null", "!!binary x", "&a [*a]", "*a", "|", ">", "\"", "'", "- -", "? x", "<<: *a", "1e999", "~", "[[[[", "{a: {b: {c: d}}}", "%", "@", "\t"]);
                    break;
                default:
                    lines[at] = Mutation.Text(random, lines[at]);
                    break;
            }
        }

        return string.Join('\n', lines);
    }

    // Nesting without end, and references that grow as they are followed.
    private static string Deep(FuzzRandom random) => random.Below(3) switch
    {
        0 => string.Concat(Enumerable.Repeat(random.Pick<string>(["[", "{a: ", "- ", "? "]), 1 + random.Below(20_000))),
        1 => "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: a }\nspec:\n  type: state.in-memory\n  version: v1\n  metadata:\n" + string.Concat(Enumerable.Range(0, 9).Select(i => $"  - {{ name: a{i}, value: &a{i} [{string.Join(", ", Enumerable.Repeat(i == 0 ? "x" : $"*a{i - 1}", 10))}] }}\n")),
        _ => "a: &a\n  b: *a\n",
    };
}
