using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sidecar.Components;

/// <summary>Refuses YAML that nests deeper than any resource does: the reader behind it calls itself for each level.</summary>
internal sealed class ShallowYaml(IParser inner) : IParser
{
    private const int MaxDepth = 100;
    private int _depth;

    /// <inheritdoc />
    public ParsingEvent? Current => inner.Current;

    /// <inheritdoc />
    public bool MoveNext()
    {
        var moved = inner.MoveNext();
        _depth += Current?.NestingIncrease ?? 0;
        return !moved || _depth <= MaxDepth ? moved : throw new YamlException(Current!.Start, Current.End, $"nests deeper than {MaxDepth} levels");
    }
}
