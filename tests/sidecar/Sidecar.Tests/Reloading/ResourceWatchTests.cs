using System.Collections;
using Sidecar.Reloading;

namespace Sidecar.Tests.Reloading;

public sealed class ResourceWatchTests
{
    [Fact]
    public async Task Changed_FolderThatMayNotBeReadForAWhile_SeesTheChangeAfterwards()
    {
        var folder = Directory.CreateTempSubdirectory("watch-");
        var paths = new ForbiddenOnce(folder.FullName);
        var watch = new ResourceWatch(paths, TimeSpan.FromMilliseconds(1), TimeProvider.System);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "new.yaml"), "x");

        await watch.ChangedAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));

        paths.Looks.Should().BeGreaterThan(2, "the second look was refused");
        folder.Delete(recursive: true);
    }

    // Stands for a folder without permission, which a test that runs as root cannot make.
    private sealed class ForbiddenOnce(string path) : IReadOnlyList<string>
    {
        public int Looks { get; private set; }

        public int Count => 1;

        public string this[int index] => path;

        public IEnumerator<string> GetEnumerator() => ++Looks == 2 ? throw new UnauthorizedAccessException("no permission") : new[] { path }.AsEnumerable().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
