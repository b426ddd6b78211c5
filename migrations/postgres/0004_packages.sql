-- Plugins: their bytes, and which of them are in force.

-- A package under the SHA-256 of its bytes. The bytes come last, so that what is listed is read
-- without them.
create table packages (
    digest    varchar(64) collate "C" not null primary key,
    name      varchar(64) collate "C" not null,
    version   text                    not null,
    summary   text                    not null,
    grants    jsonb                   not null,
    installed bigint                  not null,
    bytes     bytea                   not null
);

-- The package in force for a plugin's name, the one before it, and the index of each collection;
-- the indices before them are kept for going back.
create table activations (
    plugin           varchar(64) collate "C" not null primary key,
    digest           varchar(64) collate "C" not null,
    previous         varchar(64) collate "C",
    indices          jsonb                   not null,
    previous_indices jsonb                   not null,
    since            bigint                  not null,
    foreign key (digest) references packages (digest),
    foreign key (previous) references packages (digest)
);

-- Counts of the database as a whole. `generation` moves with every activation, so that a process
-- sees with one small read whether its plugins are those in force.
create table counters (
    name  varchar(64) collate "C" not null primary key,
    value bigint                  not null
);

insert into counters (name, value) values ('generation', 0);
