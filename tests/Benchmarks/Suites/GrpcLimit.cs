using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Benchmarks.Load;
using Benchmarks.Roles;

namespace Benchmarks.Suites;

/// <summary>How many unary gRPC calls Kestrel and HttpClient do with nothing behind them. Workflow figures are to be read beside it.</summary>
internal static class GrpcLimit
{
    private const int InFlight = 100;
    private static readonly byte[] Frame = [0, 0, 0, 0, 200, .. new byte[200]];

    /// <summary>Calls per second, measured and printed.</summary>
    public static async Task<double> MeasureAsync(BenchmarkOptions options, Report report)
    {
        await using var echo = await RoleProcess.StartAsync(EchoRole.Name);
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { ActivityHeadersPropagator = null, EnableMultipleHttp2Connections = true });
        var uri = new Uri($"http://127.0.0.1:{echo.Ports[0]}/Echo/Echo");
        await RunAsync(client, uri, TimeSpan.FromSeconds(3));
        var results = new List<LoadResult>();
        for (var run = 0; run < options.Runs; run++)
        {
            results.Add(await RunAsync(client, uri, options.Duration));
        }

        var median = LoadResult.Median(results);
        report.Figure($"machine: bare gRPC echo, {InFlight} in flight", median.PerSecond, "/s", $"p50 {median.P50:0.0} ms");
        return median.PerSecond;
    }

    private static async Task<LoadResult> RunAsync(HttpMessageInvoker client, Uri uri, TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        var latencies = await Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => Task.Run(async () =>
        {
            var own = new List<long>();
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                var began = Stopwatch.GetTimestamp();
                await CallAsync(client, uri);
                own.Add(Stopwatch.GetTimestamp() - began);
            }

            return own;
        })));
        return LoadResult.Of(latencies.SelectMany(list => list), Stopwatch.GetElapsedTime(started));
    }

    private static async Task CallAsync(HttpMessageInvoker client, Uri uri)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Frame) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        using var answer = await client.SendAsync(request, CancellationToken.None);
        if ((await answer.Content.ReadAsByteArrayAsync()).Length != Frame.Length || !answer.TrailingHeaders.Contains("grpc-status"))
        {
            throw new InvalidOperationException("The echo is not what was sent.");
        }
    }
}
