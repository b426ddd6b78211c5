-- What has been imported.

-- Which record a line became, by the SHA-256 of its collection, its owner and its text, in
-- hexadecimal: a line that comes again is known. No reference to records: a draft may be deleted,
-- and its line imported again.
create table imports (
    line   varchar(64) not null primary key,
    record varchar(11) not null
);
