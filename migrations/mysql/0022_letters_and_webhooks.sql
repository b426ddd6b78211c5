-- Letters to people, and receivers of webhooks.

-- What somebody is to be told: one row for each event and person, whose names `id` is made of. `state` is `due` (its task
-- sends it), `digest` (waits for the daily letter), `collected` (is part of one) or `sent`; `changed` says since when.
create table letters (
    id       varchar(64) not null primary key,
    person   bigint not null,
    template varchar(64) not null,
    facts    longtext not null,
    state    varchar(16) not null,
    created  bigint not null,
    changed  bigint not null
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Finds what waits for the daily letter, by person, and what is long over.
create index letters_state on letters (state, person);

-- How people want to be written to; who has no row is written to as everybody is by default.
create table mail_settings (
    person   bigint not null primary key,
    settings longtext not null
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Who is told of what happens to records. `secret` signs, and so must be readable here. One with a time in `disabled` is
-- told nothing.
create table webhooks (
    id           varchar(64) not null primary key,
    owner        bigint not null,
    url          longtext not null,
    events       longtext not null,
    collection   varchar(64),
    secret       longtext not null,
    revision     bigint not null,
    created      bigint not null,
    failures     bigint not null,
    disabled     bigint,
    disabled_why longtext
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- What a receiver is told, in the order of `seq`. `state` is `waiting`, `delivered`, or `dropped`; `status`, `answer` and
-- `changed` are of the last attempt.
create table deliveries (
    seq        bigint not null auto_increment primary key,
    id         varchar(64) not null,
    webhook    varchar(64) not null,
    event      varchar(32) not null,
    collection varchar(64) not null,
    record     varchar(11) not null,
    revision   bigint not null,
    state      varchar(16) not null,
    created    bigint not null,
    changed    bigint not null,
    attempts   bigint not null,
    status     bigint,
    answer     longtext
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Finds what a receiver is to be told next, and lists what it was told.
create index deliveries_webhook on deliveries (webhook, state, seq);
-- Finds what is long over.
create index deliveries_state on deliveries (state, changed);
