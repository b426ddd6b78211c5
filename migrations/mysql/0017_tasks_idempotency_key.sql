-- Lets only one task be made with a key, however many ask at once, and finds it again.
create unique index tasks_idempotency_key on tasks (idempotency_key);
