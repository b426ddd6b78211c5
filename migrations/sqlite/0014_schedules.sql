-- Work that is asked for again and again.

-- `timing` is a cron expression or `every 15m`; without one a schedule runs only when somebody asks. Ticks up to
-- `passed` are done with. A schedule whose plugin is out of force is `withdrawn`, and not removed: what an operator
-- decided about it holds when the plugin comes back.
create table schedules (
    name        varchar(200) not null primary key,
    origin      varchar(16) not null,
    title       text not null,
    description text not null,
    kind        text not null,
    payload     text not null,
    timing      text,
    timezone    text not null,
    jitter      bigint not null,
    catch_up    varchar(16) not null,
    revision    bigint not null,
    created     bigint not null,
    updated     bigint not null,
    paused      bigint,
    paused_by   bigint,
    withdrawn   bigint,
    passed      bigint not null,
    last_tick   bigint,
    last_task   varchar(64)
);

-- Which task is of which schedule, and for which of its ticks; none: somebody asked for it.
create table schedule_runs (
    schedule varchar(200) not null,
    task     varchar(64) not null,
    tick     bigint,
    primary key (schedule, task)
);

-- Keeps two tasks of a schedule from being for the same tick, whoever makes them.
create unique index schedule_runs_tick on schedule_runs (schedule, tick);
