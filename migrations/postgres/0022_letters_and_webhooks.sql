-- Letters to people, and receivers of webhooks.

-- What somebody is to be told: one row for each event and person, whose names `id` is made of. `state` is `due` (its task
-- sends it), `digest` (waits for the daily letter), `collected` (is part of one) or `sent`; `changed` says since when.
create table letters (
    id       varchar(64) collate "C" not null primary key,
    person   bigint not null,
    template varchar(64) collate "C" not null,
    facts    jsonb not null,
    state    varchar(16) collate "C" not null,
    created  bigint not null,
    changed  bigint not null
);

-- Finds what waits for the daily letter, by person, and what is long over.
create index letters_state on letters (state, person);

-- How people want to be written to; who has no row is written to as everybody is by default.
create table mail_settings (
    person   bigint not null primary key,
    settings jsonb not null
);

-- Who is told of what happens to records. `secret` signs, and so must be readable here. One with a time in `disabled` is
-- told nothing.
create table webhooks (
    id           varchar(64) collate "C" not null primary key,
    owner        bigint not null,
    url          text not null,
    events       jsonb not null,
    collection   varchar(64) collate "C",
    secret       text not null,
    revision     bigint not null,
    created      bigint not null,
    failures     bigint not null,
    disabled     bigint,
    disabled_why text
);

-- What a receiver is told, in the order of `seq`. `state` is `waiting`, `delivered`, or `dropped`; `status`, `answer` and
-- `changed` are of the last attempt.
create table deliveries (
    seq        bigint not null generated always as identity primary key,
    id         varchar(64) collate "C" not null,
    webhook    varchar(64) collate "C" not null,
    event      varchar(32) collate "C" not null,
    collection varchar(64) collate "C" not null,
    record     varchar(11) collate "C" not null,
    revision   bigint not null,
    state      varchar(16) collate "C" not null,
    created    bigint not null,
    changed    bigint not null,
    attempts   bigint not null,
    status     bigint,
    answer     text
);

-- Finds what a receiver is to be told next, and lists what it was told.
create index deliveries_webhook on deliveries (webhook, state, seq);
-- Finds what is long over.
create index deliveries_state on deliveries (state, changed);
