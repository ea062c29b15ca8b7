-- Which request asked for a refund: the same one, repeated after a crash or without an answer, finds its refund and begins no second.
-- Refunds that undo an order belong to no request.

ALTER TABLE payment_transactions ADD COLUMN request_key text;

CREATE UNIQUE INDEX payment_transactions_one_per_request ON payment_transactions (payment_id, request_key);
