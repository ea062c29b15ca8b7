namespace Sidecar.Workflows.Postgres;

/// <summary>
/// The statements of the store. $1 is always the app id; the others are arrays, one element a row. They stay prepared, with a plan that may have
/// been made while the tables were empty. So none leaves a choice: LATERAL with OFFSET 0 makes each given row find its own by key, and what
/// was found is changed by its address (ctid), which is safe because one writer owns the rows of an app.
/// </summary>
internal static class PostgresSql
{
    /// <summary>
    /// How a connection plans. Every statement finds its rows by key; a plan made while a table was empty would scan it, or the whole of an app's
    /// index, for ever after. Compiling a plan costs more than it runs.
    /// </summary>
    public const string Planning =
        "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan; SET jit = off";

    public const string InsertInstances = """
        INSERT INTO dapr_workflow_instance AS i (app_id, instance_id, generation, name, status, created_at, updated_at, completed_at, state, start)
        SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::text[], $5::smallint[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::bytea[], $10::bytea[])
        ON CONFLICT (app_id, instance_id) DO UPDATE SET
          generation = excluded.generation, name = excluded.name, status = excluded.status, created_at = excluded.created_at,
          updated_at = excluded.updated_at, completed_at = excluded.completed_at, state = excluded.state, start = excluded.start
        WHERE i.generation <= excluded.generation
        """;

    public const string InsertHistory = """
        INSERT INTO dapr_workflow_history (app_id, instance_id, generation, sequence, event)
        SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::int[], $5::bytea[]) ON CONFLICT DO NOTHING
        """;

    public const string InsertInbox = """
        INSERT INTO dapr_workflow_inbox (app_id, instance_id, key, execution_id, event)
        SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bytea[]) ON CONFLICT DO NOTHING
        """;

    public const string InsertTasks = """
        INSERT INTO dapr_workflow_task (app_id, instance_id, generation, task_id, event)
        SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::int[], $5::bytea[]) ON CONFLICT DO NOTHING
        """;

    public const string InsertTimers = """
        INSERT INTO dapr_workflow_timer (app_id, instance_id, generation, timer_id, fire_at)
        SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::int[], $5::timestamptz[]) ON CONFLICT DO NOTHING
        """;

    public const string UpdateInstances = """
        UPDATE dapr_workflow_instance i SET status = y.status, updated_at = y.updated_at, completed_at = y.completed_at, state = y.state
        FROM (
          SELECT t.ctid AS address, x.* FROM unnest($2::text[], $3::bigint[], $4::smallint[], $5::timestamptz[], $6::timestamptz[], $7::bytea[])
            AS x(instance_id, generation, status, updated_at, completed_at, state)
          CROSS JOIN LATERAL (SELECT ctid FROM dapr_workflow_instance WHERE app_id = $1 AND instance_id = x.instance_id AND generation = x.generation OFFSET 0) t) y
        WHERE i.ctid = y.address
        """;

    public const string DeleteInbox = """
        DELETE FROM dapr_workflow_inbox WHERE ctid = ANY(ARRAY(
          SELECT t.ctid FROM unnest($2::text[], $3::bigint[]) AS x(instance_id, key)
          CROSS JOIN LATERAL (SELECT ctid FROM dapr_workflow_inbox WHERE app_id = $1 AND instance_id = x.instance_id AND key = x.key OFFSET 0) t))
        """;

    public const string DeleteTasks = """
        DELETE FROM dapr_workflow_task WHERE ctid = ANY(ARRAY(
          SELECT t.ctid FROM unnest($2::text[], $3::bigint[], $4::int[]) AS x(instance_id, generation, id)
          CROSS JOIN LATERAL (SELECT ctid FROM dapr_workflow_task WHERE app_id = $1 AND instance_id = x.instance_id AND generation = x.generation AND task_id = x.id OFFSET 0) t))
        """;

    public const string DeleteTimers = """
        DELETE FROM dapr_workflow_timer WHERE ctid = ANY(ARRAY(
          SELECT t.ctid FROM unnest($2::text[], $3::bigint[], $4::int[]) AS x(instance_id, generation, id)
          CROSS JOIN LATERAL (SELECT ctid FROM dapr_workflow_timer WHERE app_id = $1 AND instance_id = x.instance_id AND generation = x.generation AND timer_id = x.id OFFSET 0) t))
        """;

    public const string TruncateHistory = """
        DELETE FROM dapr_workflow_history WHERE ctid = ANY(ARRAY(
          SELECT t.ctid FROM unnest($2::text[], $3::bigint[]) AS x(instance_id, up_to)
          CROSS JOIN LATERAL (SELECT ctid FROM dapr_workflow_history WHERE app_id = $1 AND instance_id = x.instance_id AND generation <= x.up_to OFFSET 0) t))
        """;

    public const string TruncateTasks = """
        DELETE FROM dapr_workflow_task WHERE ctid = ANY(ARRAY(
          SELECT t.ctid FROM unnest($2::text[], $3::bigint[]) AS x(instance_id, up_to)
          CROSS JOIN LATERAL (SELECT ctid FROM dapr_workflow_task WHERE app_id = $1 AND instance_id = x.instance_id AND generation <= x.up_to OFFSET 0) t))
        """;

    public const string TruncateTimers = """
        DELETE FROM dapr_workflow_timer WHERE ctid = ANY(ARRAY(
          SELECT t.ctid FROM unnest($2::text[], $3::bigint[]) AS x(instance_id, up_to)
          CROSS JOIN LATERAL (SELECT ctid FROM dapr_workflow_timer WHERE app_id = $1 AND instance_id = x.instance_id AND generation <= x.up_to OFFSET 0) t))
        """;

    public const string PurgeInbox = """
        DELETE FROM dapr_workflow_inbox WHERE ctid = ANY(ARRAY(
          SELECT t.ctid FROM unnest($2::text[], $3::bigint[]) AS x(instance_id, up_to)
          CROSS JOIN LATERAL (SELECT ctid FROM dapr_workflow_inbox WHERE app_id = $1 AND instance_id = x.instance_id AND key <= x.up_to OFFSET 0) t))
        """;

    public const string PurgeInstances = """
        DELETE FROM dapr_workflow_instance WHERE ctid = ANY(ARRAY(
          SELECT t.ctid FROM unnest($2::text[], $3::bigint[]) AS x(instance_id, up_to)
          CROSS JOIN LATERAL (SELECT ctid FROM dapr_workflow_instance WHERE app_id = $1 AND instance_id = x.instance_id AND generation <= x.up_to OFFSET 0) t))
        """;

    public const string TakeOver = """
        INSERT INTO dapr_workflow_owner AS o (app_id, epoch) VALUES ($1, 1)
        ON CONFLICT (app_id) DO UPDATE SET epoch = o.epoch + 1 RETURNING epoch
        """;

    public const string Instances = """
        SELECT x.id, i.generation, i.name, i.status, i.created_at, i.updated_at, i.completed_at, i.state, i.start FROM unnest($2::text[]) AS x(id)
        CROSS JOIN LATERAL (SELECT * FROM dapr_workflow_instance WHERE app_id = $1 AND instance_id = x.id OFFSET 0) i
        """;

    public const string History = """
        SELECT x.id, h.event FROM unnest($2::text[]) AS x(id)
        CROSS JOIN LATERAL (SELECT generation FROM dapr_workflow_instance WHERE app_id = $1 AND instance_id = x.id OFFSET 0) i
        CROSS JOIN LATERAL (SELECT sequence, event FROM dapr_workflow_history WHERE app_id = $1 AND instance_id = x.id AND generation = i.generation OFFSET 0) h
        ORDER BY x.id, h.sequence
        """;

    public const string Inbox = """
        SELECT x.id, t.key, t.execution_id, t.event FROM unnest($2::text[]) AS x(id)
        CROSS JOIN LATERAL (SELECT key, execution_id, event FROM dapr_workflow_inbox WHERE app_id = $1 AND instance_id = x.id OFFSET 0) t
        ORDER BY x.id, t.key
        """;

    public const string Tasks = """
        SELECT x.id, t.generation, t.task_id, t.event FROM unnest($2::text[]) AS x(id)
        CROSS JOIN LATERAL (SELECT generation FROM dapr_workflow_instance WHERE app_id = $1 AND instance_id = x.id OFFSET 0) i
        CROSS JOIN LATERAL (SELECT generation, task_id, event FROM dapr_workflow_task WHERE app_id = $1 AND instance_id = x.id AND generation = i.generation OFFSET 0) t
        ORDER BY x.id, t.task_id
        """;

    public const string List = """
        SELECT instance_id FROM dapr_workflow_instance WHERE app_id = $1 AND instance_id > $2 ORDER BY instance_id LIMIT $3
        """;

    public const string Query = """
        SELECT instance_id FROM dapr_workflow_instance
        WHERE app_id = $1 AND instance_id > $2 AND (cardinality($4::smallint[]) = 0 OR status = ANY($4)) AND created_at BETWEEN $5 AND $6
        ORDER BY instance_id LIMIT $3
        """;

    public const string EndedBefore = """
        SELECT instance_id FROM dapr_workflow_instance WHERE app_id = $1 AND status = ANY($2) AND completed_at < $3 ORDER BY completed_at LIMIT $4
        """;

    // A limit for each: a page must not cost as much as all that is behind it.
    public const string Work = """
        SELECT instance_id FROM (
          (SELECT DISTINCT instance_id FROM dapr_workflow_inbox WHERE app_id = $1 AND instance_id > $2 ORDER BY instance_id LIMIT $3)
          UNION (SELECT DISTINCT instance_id FROM dapr_workflow_task WHERE app_id = $1 AND instance_id > $2 ORDER BY instance_id LIMIT $3)
          UNION (SELECT instance_id FROM dapr_workflow_instance i WHERE app_id = $1 AND instance_id > $2 AND status IN (2, 6)
            AND NOT EXISTS (SELECT 1 FROM dapr_workflow_timer t WHERE t.app_id = $1 AND t.instance_id = i.instance_id OFFSET 0) ORDER BY instance_id LIMIT $3)) w
        ORDER BY instance_id LIMIT $3
        """;

    public const string NextTimers = """
        SELECT instance_id, generation, timer_id, fire_at FROM dapr_workflow_timer WHERE app_id = $1 ORDER BY fire_at LIMIT $2
        """;
}
