namespace Dapr.Actors.Runtime;

/// <summary>An implementation detail that the official packages made public once; nothing here uses it.</summary>
[Obsolete("This class is an implementation detail of the framework and will be made internal in a future release.")]
public class TimerInfo
{
    internal TimerInfo()
    {
    }
}
