-- Queues, as far as operators have decided something about them.

-- A queue with a time in `paused` hands out nothing; one that was never paused has no row.
create table queues (
    name       varchar(64) not null primary key,
    paused     bigint,
    paused_by  bigint,
    paused_why longtext
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- One row. Claims hold it together, and whoever pauses a queue holds it alone: no claim that began
-- before is still under way when a pause was answered.
create table queue_gate (
    id bigint not null primary key
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

insert into queue_gate (id) values (1);

-- What each process works on. Null: what older programs write.
alter table nodes add column works_on longtext;
