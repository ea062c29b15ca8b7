using Microsoft.Extensions.Logging;
using Sidecar.Host.Output;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Tests.Output;

public sealed class OutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Log_LineBreakAndQuotesInAMessage_StayOneLineAndOneField()
    {
        using var output = new AppOutput(new RecordingConsole(), "", "", LogDestination.Console);
        using var loggers = new SidecarLoggers("orders", output, LogLevel.Information, TimeProvider.System);

        loggers.CreateLogger("c").Log(LogLevel.Information, default, "a\nlevel=fatal msg=\"b\"", null, static (text, _) => text);

        output.LastLines.Should().ContainSingle().Which.Should().EndWith("level=info msg=\"a\\nlevel=fatal msg=\\\"b\\\"\" app_id=orders scope=c");
    }

    [Fact]
    public async Task Pump_LinesAndRest_AllAreHandedOver()
    {
        var lines = new List<string>();

        await LinePump.RunAsync(new StringReader("one\r\ntwo\n\nrest"), lines.Add, CancellationToken.None);

        lines.Should().Equal("one", "two", "", "rest");
    }

    [Fact]
    public async Task Pump_EndlessLine_IsCut()
    {
        var lines = new List<string>();

        await LinePump.RunAsync(new StringReader(new string('x', LinePump.LongestLine + 10) + "\nnext"), lines.Add, CancellationToken.None);

        lines.Select(line => line.Length).Should().Equal(LinePump.LongestLine, 10, 4);
    }

    [Fact]
    public void LogFile_OverItsLimit_KeepsOneOldFile()
    {
        var path = Path.Combine(_folder.Path, "logs", "app.log");
        using var log = new BoundedLogFile(path, limit: 100);

        for (var number = 0; number < 100; number++)
        {
            log.Line($"line {number:000}");
        }

        new FileInfo(path).Length.Should().BeLessThan(120);
        new FileInfo(path + ".1").Length.Should().BeLessThan(120);
        Directory.GetFiles(Path.GetDirectoryName(path)!).Should().HaveCount(2);
        File.ReadAllText(path).Should().EndWith("line 099\n");
    }

    [Theory]
    [InlineData(nameof(LogDestination.Console), true, false)]
    [InlineData(nameof(LogDestination.File), false, true)]
    [InlineData(nameof(LogDestination.FileAndConsole), true, true)]
    public void AppOutput_Destination_DecidesWhereLinesGo(string destination, bool console, bool file)
    {
        var recorded = new RecordingConsole();
        var path = Path.Combine(_folder.Path, "orders.log");
        using var output = new AppOutput(recorded, "== APP - orders ==", path, Enum.Parse<LogDestination>(destination));

        output.Line("hello");

        recorded.Lines.Contains("== APP - orders == hello").Should().Be(console);
        File.Exists(path).Should().Be(file);
        output.LastLines.Should().Equal("hello");
    }

    [Fact]
    public void AppOutput_ManyLines_RemembersTheLastOnes()
    {
        using var output = new AppOutput(new RecordingConsole(), "", Path.Combine(_folder.Path, "x.log"), LogDestination.Console);

        Enumerable.Range(0, 50).ToList().ForEach(number => output.Line(number.ToString()));

        output.LastLines.Should().HaveCount(20).And.EndWith("49");
    }
}
