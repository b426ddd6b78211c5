-- Users and their tokens.

-- `email` is as its owner writes it, `email_key` the same in lower case: it is unique whatever its
-- case in every dialect. Numbers never come twice, as records keep them for good.
create table users (
    id        bigint       not null auto_increment primary key,
    email     longtext     not null,
    email_key varchar(320) not null unique,
    admin     boolean      not null,
    blocked   boolean      not null,
    created   bigint       not null
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- A token's secret is not here, only its SHA-256 in hexadecimal: who reads this table can use none.
create table tokens (
    id      bigint      not null auto_increment primary key,
    owner   bigint      not null,
    name    longtext    not null,
    scopes  longtext    not null,
    hash    varchar(64) not null unique,
    created bigint      not null,
    expires bigint,
    foreign key (owner) references users (id)
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Lets a user's tokens be listed.
create index tokens_owner on tokens (owner);
