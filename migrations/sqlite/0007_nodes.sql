-- The processes of the repository, and which of them does what only one may do.

-- A row a process, written again with each of its signs of life.
create table nodes (
    id         varchar(64) not null primary key,
    name       text not null,
    roles      text not null,
    version    text not null,
    started    bigint not null,
    seen       bigint not null,
    generation bigint not null,
    problem    text
);

-- A duty is its node's until that time.
create table duties (
    duty  varchar(64) not null primary key,
    node  varchar(64) not null,
    until bigint not null
);
