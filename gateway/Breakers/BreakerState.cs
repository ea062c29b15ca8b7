namespace Gateway;

internal enum BreakerState
{
    Closed,
    HalfOpen,
    Open,
}
