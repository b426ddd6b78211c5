-- How search indices come and go, and how they stood when they were last compared with the tables.

-- Indices that a rebuild has replaced, kept for going back. Null: none, and what older programs write.
alter table activations add column replaced_indices longtext;

-- Indices that are being filled to take another's place. A fill that was cut off goes on from here.
create table index_fills (
    collection varchar(64) not null primary key,
    name       varchar(255) not null,
    plugin     varchar(64) not null,
    started    bigint not null,
    updated    bigint not null,
    done       bigint not null,
    total      bigint not null
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- The last comparison of each collection's index with the tables.
create table index_comparisons (
    collection varchar(64) not null primary key,
    name       varchar(255) not null,
    started    bigint not null,
    ended      bigint not null,
    compared   bigint not null,
    mended     bigint not null,
    waiting    bigint not null,
    refused    bigint not null,
    problem    longtext
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;
