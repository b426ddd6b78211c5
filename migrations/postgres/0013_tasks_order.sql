-- no-transaction
-- Finds what is before a task in its order without reading what is over.
create index concurrently tasks_order on tasks (order_key, state, id) where order_key is not null;
