-- Orders and their lines. Prices are those of the catalogue when the order was placed, and never change.

CREATE TABLE orders (
  id uuid PRIMARY KEY,
  tenant_id text NOT NULL,
  user_id uuid NOT NULL,
  status text NOT NULL CHECK (status IN ('CREATED', 'RESERVED', 'PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'RETURNED')),
  cancelling boolean NOT NULL DEFAULT false,
  total numeric(14, 2) NOT NULL CHECK (total >= 0),
  currency char(3) NOT NULL,
  shipping_address jsonb NOT NULL,
  payment_method_id uuid NOT NULL,
  payment_id uuid,
  cancellation_code text,
  cancellation_reason text,
  idempotency_key text NOT NULL,
  deadline timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  -- A key makes one order, even when the record of the key's answer was lost in a crash.
  CONSTRAINT orders_idempotency_key UNIQUE (tenant_id, user_id, idempotency_key),
  CONSTRAINT orders_cancelled_has_code CHECK (status <> 'CANCELLED' OR (cancellation_code IS NOT NULL AND NOT cancelling))
);

CREATE INDEX orders_user ON orders (tenant_id, user_id, created_at DESC);
CREATE INDEX orders_status ON orders (tenant_id, status, created_at DESC);

CREATE TABLE order_lines (
  order_id uuid NOT NULL REFERENCES orders (id),
  tenant_id text NOT NULL,
  position int NOT NULL,
  product_id uuid NOT NULL,
  quantity int NOT NULL CHECK (quantity > 0),
  unit_price numeric(12, 2) NOT NULL CHECK (unit_price >= 0),
  line_total numeric(14, 2) NOT NULL CHECK (line_total = unit_price * quantity),
  PRIMARY KEY (order_id, product_id)
);

-- Append-only: every change of an order's status.
CREATE TABLE order_status_history (
  order_id uuid NOT NULL REFERENCES orders (id),
  tenant_id text NOT NULL,
  version bigint NOT NULL,
  status text NOT NULL,
  actor text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (order_id, version)
);

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
ALTER TABLE order_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_lines FORCE ROW LEVEL SECURITY;
ALTER TABLE order_status_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_status_history FORCE ROW LEVEL SECURITY;

CREATE POLICY orders_tenant ON orders
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));
CREATE POLICY order_lines_tenant ON order_lines
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));
CREATE POLICY order_status_history_tenant ON order_status_history
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));

GRANT SELECT, INSERT, UPDATE ON orders TO ${app_role};
GRANT SELECT, INSERT ON order_lines, order_status_history TO ${app_role};
