-- What is done later belongs to the trace in which it was asked for: its `traceparent`, as W3C Trace
-- Context writes it. Nothing while no traces are recorded.
alter table outbox add column trace varchar(55);
alter table tasks add column trace varchar(55);
