-- Stock held for orders. A row without lines and with status 'released' is a tombstone: the release came before the reserve,
-- which is refused when it arrives late.

CREATE TABLE reservations (
  tenant_id text NOT NULL,
  order_id uuid NOT NULL,
  status text NOT NULL CHECK (status IN ('reserved', 'confirmed', 'released', 'expired')),
  expires_at timestamptz,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, order_id),
  CHECK (status NOT IN ('reserved', 'confirmed') OR expires_at IS NOT NULL)
);

CREATE INDEX reservations_expiry ON reservations (expires_at) WHERE status = 'reserved';

CREATE TABLE reservation_lines (
  tenant_id text NOT NULL,
  order_id uuid NOT NULL,
  product_id uuid NOT NULL REFERENCES products (id),
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (tenant_id, order_id, product_id),
  FOREIGN KEY (tenant_id, order_id) REFERENCES reservations (tenant_id, order_id)
);

ALTER TABLE reservations ENABLE ROW LEVEL SECURITY;
ALTER TABLE reservations FORCE ROW LEVEL SECURITY;
ALTER TABLE reservation_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE reservation_lines FORCE ROW LEVEL SECURITY;

CREATE POLICY reservations_tenant ON reservations
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));
CREATE POLICY reservation_lines_tenant ON reservation_lines
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));

-- The expiry sweep finds what is due in every tenant; each reservation is then expired as its own tenant.
CREATE POLICY reservations_expiry_sweep ON reservations FOR SELECT TO ${system_role} USING (true);

GRANT SELECT, INSERT, UPDATE ON reservations TO ${app_role};
GRANT SELECT, INSERT ON reservation_lines TO ${app_role};
GRANT SELECT (tenant_id, order_id, status, expires_at) ON reservations TO ${system_role};
