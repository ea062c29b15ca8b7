-- The reconciliation of sagas finds unfinished ones in every tenant with the system role; it changes them as their own tenant.

CREATE INDEX orders_cancelling ON orders (updated_at) WHERE cancelling;

CREATE POLICY sagas_reconciliation ON sagas FOR SELECT TO ${system_role} USING (true);
CREATE POLICY orders_reconciliation ON orders FOR SELECT TO ${system_role} USING (true);

GRANT SELECT (tenant_id, order_id, state, updated_at) ON sagas TO ${system_role};
GRANT SELECT (tenant_id, id, cancelling, updated_at) ON orders TO ${system_role};
