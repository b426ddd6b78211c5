-- Controlled vocabularies.

-- Terms with their place in the list of the plugin that brought them.
create table terms (
    vocabulary varchar(64)  not null,
    id         varchar(255) not null,
    plugin     varchar(64)  not null,
    place      bigint       not null,
    json       longtext     not null,
    primary key (vocabulary, id)
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;
