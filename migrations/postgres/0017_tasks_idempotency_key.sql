-- no-transaction
-- Lets only one task be made with a key, however many ask at once, and finds it again.
create unique index concurrently tasks_idempotency_key on tasks (idempotency_key) where idempotency_key is not null;
