-- People and how they log in.

CREATE TABLE users (
  id uuid PRIMARY KEY,
  tenant_id text NOT NULL,
  email text NOT NULL,
  password_hash text NOT NULL,
  first_name text NOT NULL,
  last_name text NOT NULL,
  address_street text,
  address_city text,
  address_state text,
  address_zip text,
  address_country text,
  roles text[] NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  mfa_enabled boolean NOT NULL DEFAULT false,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

-- One account per address in all tenants: a login names no tenant, the email decides.
CREATE UNIQUE INDEX users_email ON users (lower(email));

-- Tokens are kept as hashes. One family per login: rotation marks the old token used and adds the next one.
CREATE TABLE refresh_tokens (
  id uuid PRIMARY KEY,
  tenant_id text NOT NULL,
  user_id uuid NOT NULL REFERENCES users (id),
  session_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  revoked_at timestamptz
);

CREATE UNIQUE INDEX refresh_tokens_hash ON refresh_tokens (token_hash);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
ALTER TABLE refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE refresh_tokens FORCE ROW LEVEL SECURITY;

CREATE POLICY users_tenant ON users
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));
CREATE POLICY refresh_tokens_tenant ON refresh_tokens
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));

-- Login and token refresh know no tenant yet: the system role may find the account and the token, and nothing else.
CREATE POLICY users_login ON users FOR SELECT TO ${system_role} USING (true);
CREATE POLICY refresh_tokens_refresh ON refresh_tokens FOR SELECT TO ${system_role} USING (true);

GRANT SELECT, INSERT, UPDATE ON users TO ${app_role};
GRANT SELECT, INSERT, UPDATE, DELETE ON refresh_tokens TO ${app_role};
GRANT SELECT (id, tenant_id, email, password_hash, is_active) ON users TO ${system_role};
GRANT SELECT (tenant_id, token_hash) ON refresh_tokens TO ${system_role};
