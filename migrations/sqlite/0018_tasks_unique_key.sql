-- Lets only one task with this key wait, however many ask at once, and finds it.
create unique index tasks_unique_key on tasks (unique_key) where unique_key is not null;
