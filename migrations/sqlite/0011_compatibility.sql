-- Which programs these tables fit.

-- One row. A migration that takes away what older programs use raises it; those do not start then.
create table compatibility (
    oldest_release varchar(32) not null primary key
);

insert into compatibility (oldest_release) values ('0.1.0');
