using Sidecar.Host.Daprd;
using Sidecar.NameResolution;

namespace Sidecar.Host.Tests.Daprd;

public sealed class AddressFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => System.IO.Path.Combine(_folder.Path, "addresses");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Announce_OfOneProcess_IsFoundByAnotherUntilWithdrawn()
    {
        var (own, other) = (new AddressFolder(Path, TimeProvider.System), new AddressFolder(Path, TimeProvider.System));
        other.Find("orders").Should().BeEmpty();
        var address = new PeerAddress("orders", new Uri("http://127.0.0.1:4711"), "secret");

        using (own.Announce(address))
        {
            other.Find("orders").Should().Equal(address);
            other.Find("Orders").Should().BeEmpty();
        }

        new AddressFolder(Path, TimeProvider.System).Find("orders").Should().BeEmpty();
    }

    [Fact]
    public void Find_FileOfADeadProcessOrNoAddress_IsLeftOut()
    {
        var folder = new AddressFolder(Path, TimeProvider.System);
        using var announced = folder.Announce(new PeerAddress("orders", new Uri("http://127.0.0.1:4711"), "secret"));
        var text = File.ReadAllText(Directory.GetFiles(Path).Single());
        File.WriteAllText(System.IO.Path.Combine(Path, "dead.json"), text.Replace($"{Environment.ProcessId}", $"{int.MaxValue}", StringComparison.Ordinal));
        File.WriteAllText(System.IO.Path.Combine(Path, "broken.json"), "{");

        folder.Find("orders").Should().ContainSingle();
    }

    [Fact]
    public void Announce_FolderOthersMayWriteTo_IsRefused()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Directory.CreateDirectory(Path);
        File.SetUnixFileMode(Path, (UnixFileMode)0b111_111_111);

        var announce = () => new AddressFolder(Path, TimeProvider.System).Announce(new PeerAddress("orders", new Uri("http://127.0.0.1:4711"), "secret"));

        announce.Should().Throw<UnauthorizedAccessException>().WithMessage("*others may write to*");
    }

    [Fact]
    public void Find_FolderOthersMayWriteTo_BelievesNothing()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var announced = new AddressFolder(Path, TimeProvider.System).Announce(new PeerAddress("orders", new Uri("http://127.0.0.1:4711"), "secret"));
        File.SetUnixFileMode(Path, (UnixFileMode)0b111_111_111);

        new AddressFolder(Path, TimeProvider.System).Find("orders").Should().BeEmpty();
    }

    [Fact]
    public void Announce_File_IsReadableByItsUserAlone()
    {
        using var announced = new AddressFolder(Path, TimeProvider.System).Announce(new PeerAddress("orders", new Uri("http://127.0.0.1:4711"), "secret"));

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Directory.GetFiles(Path).Single()).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.GetUnixFileMode(Path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
