-- Users and their tokens.

-- `email` is as its owner writes it, `email_key` the same in lower case: it is unique whatever its
-- case in every dialect. Numbers never come twice, as records keep them for good.
create table users (
    id        bigint                   not null generated always as identity primary key,
    email     text                     not null,
    email_key varchar(320) collate "C" not null unique,
    admin     boolean                  not null,
    blocked   boolean                  not null,
    created   bigint                   not null
);

-- A token's secret is not here, only its SHA-256 in hexadecimal: who reads this table can use none.
create table tokens (
    id      bigint                  not null generated always as identity primary key,
    owner   bigint                  not null,
    name    text                    not null,
    scopes  jsonb                   not null,
    hash    varchar(64) collate "C" not null unique,
    created bigint                  not null,
    expires bigint,
    foreign key (owner) references users (id)
);

-- Lets a user's tokens be listed.
create index tokens_owner on tokens (owner);
