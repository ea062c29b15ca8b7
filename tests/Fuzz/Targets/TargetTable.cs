using Fuzz.Input;
using Fuzz.World;

namespace Fuzz.Targets;

/// <summary>All targets.</summary>
internal static class TargetTable
{
    public static IEnumerable<ITarget> Create(FuzzWorld world, Corpus corpus) =>
    [
        new HttpTarget(world, corpus),
        new PolicyTarget(world, corpus),
        new EventTarget(world),
        new GrpcTarget(world),
        new RuleTarget(corpus),
        new TimeTarget(),
        new YamlTarget(world, corpus),
    ];
}
