-- What a task's workers and guests have logged, the last of it, as a JSON list of lines.
alter table tasks add column log_lines text;
