namespace ServiceDefaults;

internal sealed class IdGenerator(TimeProvider clock) : IIdGenerator
{
    public Guid NewId() => Guid.CreateVersion7(clock.GetUtcNow());
}
