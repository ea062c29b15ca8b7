using ServiceDefaults;
using Workflows.Ledger;
using Workflows.Saga;

namespace Orders.Sagas;

/// <summary>Rows of sagas and their steps: the projection behind the saga view.</summary>
internal sealed class SagaTable(TimeProvider time)
{
    private const int MaxErrorLength = 500;

    /// <summary>A saga that has not begun: every step is pending.</summary>
    public Task AddAsync(DbSession session, Guid orderId)
    {
        const string sql = """
            WITH saga AS (INSERT INTO sagas (order_id, tenant_id, state, updated_at) VALUES (@orderId, @tenantId, 'PENDING', @now) RETURNING order_id)
            INSERT INTO saga_steps (order_id, tenant_id, kind, name, position, status)
            SELECT saga.order_id, @tenantId, 'STEP', step.name, step.position, 'PENDING' FROM saga, unnest(@steps) WITH ORDINALITY AS step (name, position)
            """;
        return session.ExecuteAsync(sql, new { orderId, tenantId = session.Context.TenantId, steps = SagaStep.All.Select(step => step.Name).ToArray(), now = time.GetUtcNow() });
    }

    public Task<SagaRow?> FindAsync(DbSession session, Guid orderId) =>
        session.QuerySingleOrDefaultAsync<SagaRow>("SELECT order_id, state, manual_intervention_required FROM sagas WHERE order_id = @orderId", new { orderId });

    /// <summary>Whether a message of the type waits for the order's workflows.</summary>
    public Task<bool> HasMessageAsync(DbSession session, Guid orderId, string type) => session.QuerySingleAsync<bool>(
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE kind = @kind AND aggregate_id = @orderId AND type = @type)",
        new { kind = WorkflowMessage.Kind, orderId = orderId.ToString(), type });

    public Task<IReadOnlyList<SagaStepRow>> StepsAsync(DbSession session, Guid orderId) => session.QueryAsync<SagaStepRow>(
        "SELECT kind, name, status, attempts, started_at, completed_at, error FROM saga_steps WHERE order_id = @orderId ORDER BY kind DESC, position",
        new { orderId });

    public Task StepStartedAsync(DbSession session, StepRun run)
    {
        const string sql = """
            WITH saga AS (UPDATE sagas SET state = 'RUNNING', updated_at = @now WHERE order_id = @OrderId AND state = 'PENDING')
            UPDATE saga_steps SET status = 'RUNNING', attempts = GREATEST(attempts, @Attempt), started_at = COALESCE(started_at, @now), completed_at = NULL
            WHERE order_id = @OrderId AND kind = @kind AND name = @Name
            """;
        return session.ExecuteAsync(sql, new { run.OrderId, kind = Word(run.Kind), run.Name, run.Attempt, now = time.GetUtcNow() });
    }

    public Task StepEndedAsync(DbSession session, StepRun run, StepStatus status, string? error)
    {
        const string sql = """
            UPDATE saga_steps SET status = @status, attempts = GREATEST(attempts, @Attempt), started_at = COALESCE(started_at, @now), error = @error,
              completed_at = CASE WHEN @status = 'FAILED' THEN NULL ELSE @now END
            WHERE order_id = @OrderId AND kind = @kind AND name = @Name
            """;
        return session.ExecuteAsync(sql, new { run.OrderId, kind = Word(run.Kind), run.Name, run.Attempt, status = Word(status), error = Short(error), now = time.GetUtcNow() });
    }

    public Task SetStateAsync(DbSession session, Guid orderId, SagaState state, bool interventionRequired = false) => session.ExecuteAsync(
        "UPDATE sagas SET state = @state, manual_intervention_required = @interventionRequired, updated_at = @now WHERE order_id = @orderId",
        new { orderId, state = state.ToString().ToUpperInvariant(), interventionRequired, now = time.GetUtcNow() });

    /// <summary>Steps that were not reached are skipped, one cut off in the middle has failed; the undos to come are listed.</summary>
    public Task TurnRoundAsync(DbSession session, Guid orderId, IReadOnlyList<string> undos)
    {
        const string sql = """
            WITH turned AS (
              UPDATE saga_steps SET status = CASE WHEN status = 'PENDING' THEN 'SKIPPED' ELSE 'FAILED' END
              WHERE order_id = @orderId AND kind = 'STEP' AND status IN ('PENDING', 'RUNNING'))
            INSERT INTO saga_steps (order_id, tenant_id, kind, name, position, status)
            SELECT @orderId, @tenantId, 'COMPENSATION', undo.name, undo.position, 'PENDING' FROM unnest(@undos) WITH ORDINALITY AS undo (name, position)
            ON CONFLICT (order_id, kind, name) DO NOTHING
            """;
        return session.ExecuteAsync(sql, new { orderId, tenantId = session.Context.TenantId, undos = undos.ToArray() });
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToUpperInvariant();

    private static string? Short(string? error) => error is { Length: > MaxErrorLength } ? error[..MaxErrorLength] : error;
}
