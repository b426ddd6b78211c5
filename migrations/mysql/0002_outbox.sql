-- What is promised to the search index.

-- Promises not yet kept. Their numbers never come twice, even when the highest is struck out:
-- whoever holds a number strikes out its own promise and none that came later. No reference to
-- records: a promise may outlive what it is about.
create table outbox (
    seq        bigint      not null auto_increment primary key,
    collection varchar(64) not null,
    record     varchar(11) not null,
    created    bigint      not null,
    due_at     bigint      not null,
    attempts   bigint      not null,
    error      longtext
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Lets the relay find what is due without reading what is not.
create index outbox_due on outbox (due_at, seq);

-- Lets a record's promises be struck out together.
create index outbox_record on outbox (record, seq);

-- Records that a plugin could not index, until the plugin or the record changes.
create table quarantine (
    record     varchar(11) not null primary key,
    collection varchar(64) not null,
    plugin     varchar(64) not null,
    reason     longtext    not null,
    since      bigint      not null
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;
