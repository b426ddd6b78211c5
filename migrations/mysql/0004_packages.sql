-- Plugins: their bytes, and which of them are in force.

-- A package under the SHA-256 of its bytes. The bytes come last, so that what is listed is read
-- without them.
create table packages (
    digest    varchar(64) not null primary key,
    name      varchar(64) not null,
    version   longtext    not null,
    summary   longtext    not null,
    grants    longtext    not null,
    installed bigint      not null,
    bytes     longblob    not null
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- The package in force for a plugin's name, the one before it, and the index of each collection;
-- the indices before them are kept for going back.
create table activations (
    plugin           varchar(64) not null primary key,
    digest           varchar(64) not null,
    previous         varchar(64),
    indices          longtext    not null,
    previous_indices longtext    not null,
    since            bigint      not null,
    foreign key (digest) references packages (digest),
    foreign key (previous) references packages (digest)
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Counts of the database as a whole. `generation` moves with every activation, so that a process
-- sees with one small read whether its plugins are those in force.
create table counters (
    name  varchar(64) not null primary key,
    value bigint      not null
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

insert into counters (name, value) values ('generation', 0);
