-- The processes of the repository, and which of them does what only one may do.

-- A row a process, written again with each of its signs of life.
create table nodes (
    id         varchar(64) not null primary key,
    name       longtext not null,
    roles      longtext not null,
    version    longtext not null,
    started    bigint not null,
    seen       bigint not null,
    generation bigint not null,
    problem    longtext
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- A duty is its node's until that time.
create table duties (
    duty  varchar(64) not null primary key,
    node  varchar(64) not null,
    until bigint not null
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;
