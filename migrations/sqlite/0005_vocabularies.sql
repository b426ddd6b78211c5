-- Controlled vocabularies.

-- Terms with their place in the list of the plugin that brought them.
create table terms (
    vocabulary varchar(64)  not null,
    id         varchar(255) not null,
    plugin     varchar(64)  not null,
    place      integer      not null,
    json       text         not null,
    primary key (vocabulary, id)
);
