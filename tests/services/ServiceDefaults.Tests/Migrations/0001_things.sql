CREATE TABLE things (
  id uuid PRIMARY KEY,
  tenant_id text NOT NULL,
  name text NOT NULL,
  price numeric(12, 2) NOT NULL,
  created_at timestamptz NOT NULL
);
ALTER TABLE things ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON things TO ${app_role} USING (tenant_id = current_setting('app.current_tenant')) WITH CHECK (tenant_id = current_setting('app.current_tenant'));
CREATE POLICY everything ON things TO ${system_role} USING (true);
GRANT SELECT, INSERT, UPDATE ON things TO ${app_role};
GRANT SELECT ON things TO ${system_role};
