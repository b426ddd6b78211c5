-- Queues, as far as operators have decided something about them.

-- A queue with a time in `paused` hands out nothing; one that was never paused has no row.
create table queues (
    name       varchar(64) collate "C" not null primary key,
    paused     bigint,
    paused_by  bigint,
    paused_why text
);

-- One row. Claims hold it together, and whoever pauses a queue holds it alone: no claim that began
-- before is still under way when a pause was answered.
create table queue_gate (
    id bigint not null primary key
);

insert into queue_gate (id) values (1);

-- What each process works on. Null: what older programs write.
alter table nodes add column works_on jsonb;
