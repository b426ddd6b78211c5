-- Brokers beside the tables (ADR 14), and tasks that are done one after another.

-- `announced` is when the last word that a broker was given of the task arrives there; nothing when
-- it was given none.
alter table tasks add column announced bigint;

-- Of a queue's tasks with the same `order_key`, only the first that is not over may be taken.
alter table tasks add column order_key varchar(255) collate "C";
