-- Products and their stock. Slow-changing product data is kept apart from the fast-changing counters.

CREATE TABLE products (
  id uuid PRIMARY KEY,
  tenant_id text NOT NULL,
  sku text NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  category text NOT NULL,
  price numeric(12, 2) NOT NULL CHECK (price >= 0),
  currency char(3) NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'inactive')),
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  search tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('english', name), 'A') || setweight(to_tsvector('english', description), 'B')) STORED
);

-- The SKU of a deleted product may be used again.
CREATE UNIQUE INDEX products_sku ON products (tenant_id, sku) WHERE deleted_at IS NULL;
CREATE INDEX products_search ON products USING gin (search);
CREATE INDEX products_category ON products (tenant_id, category) WHERE deleted_at IS NULL;

-- Invariant: available + reserved + sold = the sum of the ledger's initial stock and adjustments; none is ever negative.
CREATE TABLE stock (
  product_id uuid PRIMARY KEY REFERENCES products (id),
  tenant_id text NOT NULL,
  available bigint NOT NULL CHECK (available >= 0),
  reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  sold bigint NOT NULL DEFAULT 0 CHECK (sold >= 0),
  version bigint NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL
);

-- Append-only: every change of a counter, so that each counter is the sum of its deltas.
CREATE TABLE stock_ledger (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id text NOT NULL,
  product_id uuid NOT NULL REFERENCES products (id),
  kind text NOT NULL CHECK (kind IN ('initial', 'adjustment', 'reserve', 'confirm', 'release', 'expire', 'restock')),
  available_delta bigint NOT NULL,
  reserved_delta bigint NOT NULL,
  sold_delta bigint NOT NULL,
  order_id uuid,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL,
  -- Only initial stock and adjustments bring units in or out; every other movement moves them between counters.
  CONSTRAINT stock_ledger_conserves CHECK (
    CASE WHEN kind IN ('initial', 'adjustment') THEN reserved_delta = 0 AND sold_delta = 0
         ELSE available_delta + reserved_delta + sold_delta = 0 END)
);

CREATE INDEX stock_ledger_product ON stock_ledger (product_id, id);

ALTER TABLE products ENABLE ROW LEVEL SECURITY;
ALTER TABLE products FORCE ROW LEVEL SECURITY;
ALTER TABLE stock ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock FORCE ROW LEVEL SECURITY;
ALTER TABLE stock_ledger ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock_ledger FORCE ROW LEVEL SECURITY;

CREATE POLICY products_tenant ON products
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));
CREATE POLICY stock_tenant ON stock
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));
CREATE POLICY stock_ledger_tenant ON stock_ledger
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));

GRANT SELECT, INSERT, UPDATE ON products, stock TO ${app_role};
GRANT SELECT, INSERT ON stock_ledger TO ${app_role};
