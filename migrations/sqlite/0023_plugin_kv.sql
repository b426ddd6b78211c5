-- What plugins keep for themselves.

-- How much each plugin keeps, keys and values together: counted with every change, and locked by it, so that
-- a limit holds whoever else keeps something at the same time.
create table plugin_kv_used (
    plugin  varchar(64) not null primary key,
    entries bigint not null,
    bytes   bigint not null
);

-- A plugin's own values, by its name: another version of it finds them. `size` is what key and value count.
create table plugin_kv (
    plugin varchar(64) not null,
    name   varchar(1024) not null,
    size   bigint not null,
    value  blob not null,
    primary key (plugin, name)
);
