using Sidecar.Telemetry.Metrics;

namespace Sidecar.Tests.Telemetry;

public sealed class SeriesCacheTests
{
    private readonly List<(string Method, string Path, int Status)> _found = [];
    private readonly SeriesCache<object> _cache;

    public SeriesCacheTests() => _cache = new SeriesCache<object>((method, path, status) =>
    {
        _found.Add((method, path, status));
        return (method, path, status);
    });

    [Fact]
    public void Of_CallsOfOneKindAndOthersBetweenThem_EachHasItsOwnSeriesMadeOnce()
    {
        (string Method, string Path, int Status)[] kinds = [("GET", "/a", 200), ("GET", "/a", 500), ("GET", "/b", 200), ("PUT", "/a", 200)];

        foreach (var kind in (ReadOnlySpan<int>)[0, 0, 1, 0, 2, 2, 3, 1, 3, 0])
        {
            var (method, path, status) = kinds[kind];
            _cache.Of(method, new string(path), status).Should().Be((method, path, status));
        }

        _found.Should().Equal(kinds[0], kinds[1], kinds[2], kinds[3]);
    }

    [Fact]
    public void Of_MorePathsThanAreKept_BeginsAnewAndStaysRight()
    {
        for (var path = 0; path < 4_500; path++)
        {
            _cache.Of("GET", $"/{path}", 200).Should().Be(("GET", $"/{path}", 200));
        }

        _cache.Of("GET", "/0", 200).Should().Be(("GET", "/0", 200));
        _found.Should().HaveCount(4_501, "the first one was forgotten with the others");
    }
}
