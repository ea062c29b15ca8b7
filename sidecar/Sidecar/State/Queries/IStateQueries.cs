namespace Sidecar.State.Queries;

/// <summary>The queries of a state store.</summary>
internal interface IStateQueries
{
    /// <summary>Answers a query over the keys that <paramref name="keys"/> makes; those of other applications stay out.</summary>
    Task<QueryAnswer> RunAsync(StateQuery query, StateKeys keys, CancellationToken cancellationToken);
}
