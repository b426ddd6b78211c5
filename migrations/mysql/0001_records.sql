-- Works, their published versions, every state these have been in, and drafts.

-- All versions of one work. `revision` counts the changes of anything that belongs to the work: it
-- orders what is written to the search index.
create table parents (
    id         varchar(11) not null primary key,
    collection varchar(64) not null,
    owner      bigint      not null,
    revision   bigint      not null,
    latest     bigint,
    highest    bigint      not null,
    pids       longtext    not null
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Published versions, without their documents: the document of a record is that of its revision.
-- So publishing writes a document once, and walking and counting do not read documents.
create table records (
    id            varchar(11) not null primary key,
    collection    varchar(64) not null,
    parent        varchar(11) not null,
    version_index bigint      not null,
    revision      bigint      not null,
    created       bigint      not null,
    updated       bigint      not null,
    tombstone     longtext,
    unique (parent, version_index),
    foreign key (parent) references parents (id)
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Lets a walk through a collection read ids in their order.
create index records_walk on records (collection, id);

-- Every state that a record has been in. Rows are added and never changed.
create table revisions (
    record         varchar(11) not null,
    revision       bigint      not null,
    created        bigint      not null,
    author         bigint,
    document       longtext    not null,
    plugin         varchar(64) not null,
    schema_version bigint      not null,
    primary key (record, revision),
    foreign key (record) references records (id)
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Lets the removal of a plugin see at once whether a record needs it.
create index revisions_plugin on revisions (plugin);

-- Work in progress, at most one draft for a version.
create table drafts (
    id             varchar(11) not null primary key,
    collection     varchar(64) not null,
    parent         varchar(11) not null,
    version_index  bigint      not null,
    revision       bigint      not null,
    created        bigint      not null,
    updated        bigint      not null,
    document       longtext    not null,
    problems       longtext    not null,
    plugin         varchar(64) not null,
    schema_version bigint      not null,
    unique (parent, version_index),
    foreign key (parent) references parents (id)
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Lets a walk through a collection read ids in their order.
create index drafts_walk on drafts (collection, id);

-- Lets the removal of a plugin see at once whether a draft needs it.
create index drafts_plugin on drafts (plugin);
