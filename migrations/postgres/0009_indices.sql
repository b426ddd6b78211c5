-- How search indices come and go, and how they stood when they were last compared with the tables.

-- Indices that a rebuild has replaced, kept for going back. Null: none, and what older programs write.
alter table activations add column replaced_indices jsonb;

-- Indices that are being filled to take another's place. A fill that was cut off goes on from here.
create table index_fills (
    collection varchar(64) collate "C" not null primary key,
    name       varchar(255) collate "C" not null,
    plugin     varchar(64) collate "C" not null,
    started    bigint not null,
    updated    bigint not null,
    done       bigint not null,
    total      bigint not null
);

-- The last comparison of each collection's index with the tables.
create table index_comparisons (
    collection varchar(64) collate "C" not null primary key,
    name       varchar(255) collate "C" not null,
    started    bigint not null,
    ended      bigint not null,
    compared   bigint not null,
    mended     bigint not null,
    waiting    bigint not null,
    refused    bigint not null,
    problem    text
);
