-- Login failures per pair of email and address, and the keys that sign access tokens. Both belong to no business tenant: they have
-- no row-level policy and only the system role reaches them.

-- The pair is kept as a hash: neither email nor address is stored.
CREATE TABLE login_failures (
  pair_hash bytea PRIMARY KEY,
  tenant_id text NOT NULL DEFAULT 'default',
  failures integer NOT NULL CHECK (failures > 0),
  first_failed_at timestamptz NOT NULL,
  locked_until timestamptz
);

CREATE INDEX login_failures_age ON login_failures (first_failed_at);

-- A key signs from active_from until the next one is active, and is published until retired_at: rotation adds a row ahead of time.
CREATE TABLE signing_keys (
  kid text PRIMARY KEY,
  tenant_id text NOT NULL DEFAULT 'default',
  algorithm text NOT NULL CHECK (algorithm = 'ES256'),
  private_key bytea NOT NULL,
  created_at timestamptz NOT NULL,
  active_from timestamptz NOT NULL,
  retired_at timestamptz
);

GRANT SELECT, INSERT, UPDATE, DELETE ON login_failures TO ${system_role};
GRANT SELECT, INSERT, UPDATE ON signing_keys TO ${system_role};
