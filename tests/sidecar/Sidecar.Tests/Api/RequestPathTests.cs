using Sidecar.Api.Http;

namespace Sidecar.Tests.Api;

public sealed class RequestPathTests
{
    [Theory]
    [InlineData("/orders", "/orders")]
    [InlineData("orders", "/orders")]
    [InlineData("/orders/", "/orders")]
    [InlineData("/a//b/./c/../d", "/a/b/d")]
    [InlineData("/../orders", "/orders")]
    [InlineData("/orders?x=1&y=%20", "/orders?x=1&y=%20")]
    [InlineData("/orders/new ones/ü", "/orders/new%20ones/%C3%BC")]
    [InlineData("/a!b*(c)", "/a!b*(c)")]
    [InlineData("", "/")]
    public void OfRoute_AsDeclared_IsThePathTheAppIsAskedFor(string route, string path) => RequestPath.OfRoute(route).Should().Be(path);
}
