-- Bytes of the document as JSON, so that batches of documents are cut by their size before they are read.
-- Of rows from before, and of earlier releases: unknown.
alter table revisions add column bytes bigint;

-- The same.
alter table drafts add column bytes bigint;
