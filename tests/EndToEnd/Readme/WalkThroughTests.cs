using System.Diagnostics;
using System.Text.Json;

namespace EndToEnd.Readme;

[Collection(PlatformCollection.Name)]
public sealed class WalkThroughTests(PlatformFixture platform)
{
    [Fact]
    public async Task WalkThrough_AsPrinted_EndsWithPaidOrder()
    {
        using var operatorClient = await platform.Client().LoginAsync("operator@demo.local");
        var before = (await operatorClient.GetAsync("/api/v1/products?inStock=true&pageSize=1")).Json.GetProperty("items")[0];

        var output = await RunAsync(WalkThrough());

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        lines.Should().HaveCount(4, output);
        lines[0].GetProperty("status").GetString().Should().Be("PAID");
        lines[1].GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("status").GetString()!.ToUpperInvariant()).Should().NotBeEmpty().And.OnlyContain(status => status == "COMPLETED");
        lines[2].GetProperty("items").EnumerateArray().Should().ContainSingle().Which.GetProperty("status").GetString().Should().Be("COMPLETED");
        lines[3].GetProperty("id").GetString().Should().Be(before.GetProperty("id").GetString());
        lines[3].GetProperty("available").GetInt32().Should().Be(before.GetProperty("available").GetInt32() - 2);
    }

    private static string WalkThrough()
    {
        var readme = File.ReadAllText(Path.Combine(TestServers.RepositoryRoot, "README.md"));
        var block = readme[readme.IndexOf("<!-- walk-through", StringComparison.Ordinal)..];
        block = block[(block.IndexOf("```sh", StringComparison.Ordinal) + "```sh".Length)..];
        return block[..block.IndexOf("```", StringComparison.Ordinal)];
    }

    private async Task<string> RunAsync(string script)
    {
        var start = new ProcessStartInfo("sh", ["-eu"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["BASE"] = platform.Engine.Gateway.ToString().TrimEnd('/');
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(script);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, "{0} {1}", output, await errors);
        return output;
    }
}
