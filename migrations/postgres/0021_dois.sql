-- DOIs that were given here, and how far the registration agency has followed.

-- `record` is the id of a version or of a whole work. `revision` counts what the agency had to be told: whoever
-- settles an older one changes nothing. `state` is as the agency has it; null: it has not been told.
create table dois (
    record     varchar(11) collate "C" not null primary key,
    collection varchar(64) collate "C" not null,
    name       varchar(255) collate "C" not null,
    progress   varchar(16) collate "C" not null,
    revision   bigint not null,
    state      varchar(16) collate "C",
    failure    text,
    attempted  bigint,
    updated    bigint not null
);

-- Lets those that failed be listed and counted without a look at the others.
create index dois_progress on dois (progress, record);
