-- Tasks that begin when others are over.

-- Of a task that is part of a workflow: which one, and after which others of it the task begins. Whoever
-- ends such a task, or has it tried again, holds the row of the workflow's first task, which has the
-- workflow's id: so what follows is decided by one at a time.
create table workflow_steps (
    task     varchar(64) not null primary key,
    workflow varchar(64) not null,
    step     longtext    not null
) character set utf8mb4 collate /*M!100500 utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Finds the tasks of a workflow.
create index workflow_steps_workflow on workflow_steps (workflow, task);
