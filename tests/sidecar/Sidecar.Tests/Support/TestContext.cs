using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Components;

namespace Sidecar.Tests.Support;

/// <summary>What components need in a test.</summary>
internal static class TestContext
{
    public static ComponentContext Component(RunScope? run = null, string appId = "app") => new(appId, run ?? new RunScope(), NullLoggerFactory.Instance, TimeProvider.System);
}
