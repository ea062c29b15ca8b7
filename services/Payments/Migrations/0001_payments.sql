-- Payment methods hold what a customer may see of a card and the processor's token for it, never its number.

CREATE TABLE payment_methods (
  id uuid PRIMARY KEY,
  tenant_id text NOT NULL,
  user_id uuid NOT NULL,
  type text NOT NULL CHECK (type = 'card'),
  brand text NOT NULL,
  last4 char(4) NOT NULL CHECK (last4 ~ '^[0-9]{4}$'),
  exp_month int NOT NULL CHECK (exp_month BETWEEN 1 AND 12),
  exp_year int NOT NULL,
  token text NOT NULL,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz
);

CREATE INDEX payment_methods_user ON payment_methods (tenant_id, user_id, created_at) WHERE deleted_at IS NULL;

CREATE TABLE payments (
  id uuid PRIMARY KEY,
  tenant_id text NOT NULL,
  order_id uuid NOT NULL,
  user_id uuid NOT NULL,
  amount numeric(14, 2) NOT NULL CHECK (amount > 0),
  currency char(3) NOT NULL,
  payment_method_id uuid NOT NULL,
  token text NOT NULL,
  status text NOT NULL CHECK (status IN ('PENDING', 'AUTHORIZED', 'PROCESSING', 'COMPLETED', 'REFUNDING', 'REFUNDED', 'FAILED', 'VOIDED')),
  authorization_id text,
  refunded_amount numeric(14, 2) NOT NULL DEFAULT 0 CHECK (refunded_amount BETWEEN 0 AND amount),
  failure_code text,
  -- Who talks to the processor about this payment, and until when; only the holder changes the row.
  lease_id uuid,
  lease_until timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT payments_one_per_order UNIQUE (tenant_id, order_id)
);

CREATE TABLE payment_transactions (
  id uuid PRIMARY KEY,
  tenant_id text NOT NULL,
  payment_id uuid NOT NULL REFERENCES payments (id),
  kind text NOT NULL CHECK (kind IN ('authorization', 'capture', 'void', 'refund')),
  amount numeric(14, 2) NOT NULL CHECK (amount > 0),
  status text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
  external_id text,
  at timestamptz NOT NULL
);

CREATE INDEX payment_transactions_payment ON payment_transactions (payment_id, at);
-- A payment is charged at most once.
CREATE UNIQUE INDEX payment_transactions_one_capture ON payment_transactions (payment_id) WHERE kind = 'capture' AND status = 'succeeded';

-- Orders whose payment was refused for ever, because the undo came before the payment.
CREATE TABLE payment_tombstones (
  order_id uuid PRIMARY KEY,
  tenant_id text NOT NULL,
  created_at timestamptz NOT NULL
);

ALTER TABLE payment_methods ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_methods FORCE ROW LEVEL SECURITY;
ALTER TABLE payments ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments FORCE ROW LEVEL SECURITY;
ALTER TABLE payment_transactions ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_transactions FORCE ROW LEVEL SECURITY;
ALTER TABLE payment_tombstones ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_tombstones FORCE ROW LEVEL SECURITY;

CREATE POLICY payment_methods_tenant ON payment_methods
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));
CREATE POLICY payments_tenant ON payments
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));
CREATE POLICY payment_transactions_tenant ON payment_transactions
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));
CREATE POLICY payment_tombstones_tenant ON payment_tombstones
  USING (tenant_id = current_setting('app.current_tenant', true))
  WITH CHECK (tenant_id = current_setting('app.current_tenant', true));

GRANT SELECT, INSERT, UPDATE ON payment_methods, payments, payment_transactions TO ${app_role};
GRANT SELECT, INSERT ON payment_tombstones TO ${app_role};
