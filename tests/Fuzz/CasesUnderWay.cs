using System.IO.MemoryMappedFiles;
using System.Text;

namespace Fuzz;

/// <summary>The seeds of the cases under way in a mapped file: it outlives a crash of the process, and the next run says what it held.</summary>
internal sealed class CasesUnderWay : IDisposable
{
    private const int Slot = 64;
    private static readonly string FilePath = Path.Combine(TestServers.RepositoryRoot, ".run", "fuzz-under-way");
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private CasesUnderWay(int workers)
    {
        // Nobody else's: a second run that cut the file off would tear the pages away from under this one.
        var file = new FileStream(FilePath, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        _file = MemoryMappedFile.CreateFromFile(file, null, workers * Slot, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor();
    }

    public static CasesUnderWay Open(int workers)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        if (File.Exists(FilePath))
        {
            Console.WriteLine($"  the run before this one ended in the middle of: {Encoding.ASCII.GetString(File.ReadAllBytes(FilePath)).Replace("\0", "", StringComparison.Ordinal)}");
        }

        return new CasesUnderWay(workers);
    }

    public void Note(int worker, string target, int seed)
    {
        var text = Encoding.ASCII.GetBytes($"{target} {seed}; ".PadRight(Slot));
        _view.WriteArray(worker * Slot, text, 0, Slot);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
        File.Delete(FilePath);
    }
}
