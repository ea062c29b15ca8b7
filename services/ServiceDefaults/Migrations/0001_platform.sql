-- What ServiceDefaults keeps in every service's database. Without a row-level policy: only this library's code reaches these tables.
CREATE TABLE idempotency_keys (
  tenant_id text NOT NULL,
  scope text NOT NULL,
  subject text NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  claim_id uuid NOT NULL,
  lease_until timestamptz,
  response_status int,
  response_body text,
  response_location text,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, scope, subject, key)
);
CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at);

CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  tenant_id text NOT NULL,
  kind text NOT NULL,
  topic text NOT NULL,
  type text NOT NULL,
  aggregate_id text NOT NULL,
  version bigint NOT NULL,
  data jsonb NOT NULL,
  traceparent text,
  created_at timestamptz NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  last_error text
);
CREATE INDEX outbox_order ON outbox (kind, aggregate_id, seq);

CREATE TABLE inbox (
  tenant_id text NOT NULL,
  subscription text NOT NULL,
  event_id text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subscription, event_id)
);
CREATE INDEX inbox_received_at ON inbox (received_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys, outbox, inbox TO ${app_role};
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys, outbox, inbox TO ${system_role};
GRANT USAGE ON SCHEMA public TO ${app_role}, ${system_role};
