-- What falls due: DOIs of which the registration agency is to be told, and embargoes that end.

-- `record` is the id of a version or of a whole work. `revision` counts what the agency had to be told: whoever
-- settles an older one changes nothing. `state` is as the agency has it; null: it has not been told.
create table dois (
    record     varchar(11) not null primary key,
    collection varchar(64) not null,
    name       varchar(255) not null,
    progress   varchar(16) not null,
    revision   bigint not null,
    state      varchar(16),
    failure    text,
    attempted  bigint,
    updated    bigint not null
);

-- Lets those that failed be listed and counted without a look at the others.
create index dois_progress on dois (progress, record);

-- Published records under an embargo, with the day (of UTC, as 2026-12-24) from which on it holds no longer. They are
-- of the record's present revision, so that nobody who looks for embargoes that are over reads documents.
create table embargoes (
    record    varchar(11) not null primary key,
    until_day varchar(10) not null,
    foreign key (record) references records (id)
);

-- Lets those that are over be found without a look at the others.
create index embargoes_until on embargoes (until_day, record);

insert into embargoes (record, until_day)
select r.id, json_extract(v.document, '$.access.embargo.until')
from records r join revisions v on v.record = r.id and v.revision = r.revision
where r.tombstone is null and json_extract(v.document, '$.access.embargo.active') = 1 and json_extract(v.document, '$.access.embargo.until') is not null;
