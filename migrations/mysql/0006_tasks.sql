-- Work that is done later.

-- `wakes` is when a worker may take the task: its due time while it waits, the end of its lease
-- while a worker holds it, nothing when it is over. `receipt` names the claim that holds it.
create table tasks (
    id               varchar(64) not null primary key,
    queue            varchar(64) not null,
    kind             longtext    not null,
    payload          longtext    not null,
    state            varchar(16) not null,
    attempts         bigint      not null,
    max_attempts     bigint      not null,
    due              bigint      not null,
    created          bigint      not null,
    updated          bigint      not null,
    progress         longtext,
    checkpoint       longtext,
    result           longtext,
    error            longtext,
    cancel_requested boolean     not null,
    created_by       bigint,
    wakes            bigint,
    receipt          varchar(32)
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Lets workers find what they may take without reading what is over.
create index tasks_wakes on tasks (queue, wakes);

-- Lets people list the newest tasks of a state, and counts them by queue and state.
create index tasks_state on tasks (state, id);

-- Lets the depths of queues be counted without reading tasks.
create index tasks_depths on tasks (queue, state);
