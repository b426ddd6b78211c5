-- Asking for the same work twice.

-- Whoever asked may ask again with the same `idempotency_key`, and is told of this task, as long as it
-- is kept. While a task waits, no other has its `unique_key`; one that does not wait may still have
-- it, until another wants it.
alter table tasks add column idempotency_key varchar(255) collate "C";
alter table tasks add column unique_key varchar(64) collate "C";
