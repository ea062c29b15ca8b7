using System.Diagnostics;

namespace Setup.Tests;

public sealed class EnvironmentFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("setup-").FullName, "platform.env");

    [Fact]
    public void Save_ValueWithQuotes_IsReadBackAndByAShell()
    {
        var file = EnvironmentFile.Load(_path);
        file.Set("TRICKY", "it's $HOME `x` \"y\"");
        file.Save();

        EnvironmentFile.Load(_path).Values["TRICKY"].Should().Be("it's $HOME `x` \"y\"");
        var start = new ProcessStartInfo("sh", ["-c", $". '{_path}'; printf %s \"$TRICKY\""]) { UseShellExecute = false, RedirectStandardOutput = true };
        using var shell = Process.Start(start)!;
        shell.StandardOutput.ReadToEnd().Should().Be("it's $HOME `x` \"y\"");
    }

    [Fact]
    public void Save_OnUnix_IsReadableByItsOwnerOnly()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        EnvironmentFile.Load(_path).Save();

        File.GetUnixFileMode(_path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void GetOrAdd_ExistingValue_Stays()
    {
        var file = EnvironmentFile.Load(_path);
        file.GetOrAdd("TOKEN", () => "first");
        file.Save();

        EnvironmentFile.Load(_path).GetOrAdd("TOKEN", () => "second").Should().Be("first");
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
}
