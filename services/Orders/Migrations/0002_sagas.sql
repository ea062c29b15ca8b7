-- The saga's state and history as its steps write them; the workflow engine's own history may be purged.

CREATE TABLE sagas (
  order_id uuid PRIMARY KEY REFERENCES orders (id),
  tenant_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('PENDING', 'RUNNING', 'COMPLETED', 'COMPENSATING', 'COMPENSATED')),
  manual_intervention_required boolean NOT NULL DEFAULT false,
  updated_at timestamptz NOT NULL
);

CREATE TABLE saga_steps (
  order_id uuid NOT NULL REFERENCES sagas (order_id),
  tenant_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('STEP', 'COMPENSATION')),
  name text NOT NULL,
  position int NOT NULL,
  status text NOT NULL CHECK (status IN ('PENDING', 'RUNNING', 'COMPLETED', 'REJECTED', 'FAILED', 'SKIPPED')),
  attempts int NOT NULL DEFAULT 0,
  started_at timestamptz,
  completed_at timestamptz,
  error text,
  PRIMARY KEY (order_id, kind, name)
);

CREATE INDEX sagas_unfinished ON sagas (updated_at) WHERE state IN ('PENDING', 'RUNNING', 'COMPENSATING');

ALTER TABLE sagas ENABLE ROW LEVEL SECURITY;
ALTER TABLE sagas FORCE ROW LEVEL SECURITY;
ALTER TABLE saga_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE saga_steps FORCE ROW LEVEL SECURITY;

CREATE POLICY sagas_tenant ON sagas
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));
CREATE POLICY saga_steps_tenant ON saga_steps
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));

GRANT SELECT, INSERT, UPDATE ON sagas, saga_steps TO ${app_role};
