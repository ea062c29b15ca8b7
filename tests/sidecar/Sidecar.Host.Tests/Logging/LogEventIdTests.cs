using System.Reflection;
using Microsoft.Extensions.Logging;
using Sidecar.Host.Runs;

namespace Sidecar.Host.Tests.Logging;

/// <summary>The ids of log events tell where a line comes from: each class has a range of its own.</summary>
public sealed class LogEventIdTests
{
    private static readonly IReadOnlyList<(string Class, int Id)> Events =
    [
        .. from assembly in new[] { typeof(SidecarOptions).Assembly, typeof(EmbeddedSidecars).Assembly }
           from type in assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
           let message = method.GetCustomAttribute<LoggerMessageAttribute>()
           where message is not null
           select (Outermost(type).FullName, message.EventId),
    ];

    [Fact]
    public void Ids_OfAllEvents_AreGivenAndUnique()
    {
        Events.Should().HaveCountGreaterThan(90).And.OnlyContain(item => item.Id > 0);
        Events.GroupBy(item => item.Id).Where(same => same.Count() > 1).SelectMany(same => same).Should().BeEmpty();
    }

    [Fact]
    public void Ranges_OfAllClasses_DoNotOverlap()
    {
        var ranges = Events.GroupBy(item => item.Class, item => item.Id).Select(ids => (Class: ids.Key, First: ids.Min(), Last: ids.Max())).OrderBy(range => range.First).ToList();

        ranges.Zip(ranges.Skip(1)).Where(pair => pair.First.Last >= pair.Second.First).Should().BeEmpty();
    }

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
