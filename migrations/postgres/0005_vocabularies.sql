-- Controlled vocabularies.

-- Terms with their place in the list of the plugin that brought them.
create table terms (
    vocabulary varchar(64) collate "C"  not null,
    id         varchar(255) collate "C" not null,
    plugin     varchar(64) collate "C"  not null,
    place      bigint                   not null,
    json       text                     not null,
    primary key (vocabulary, id)
);
