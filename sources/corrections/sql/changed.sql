-- The facts of which something is to be sent. What was refused before is tried again when a file has it again.
create table changed as
with compared as (
    select f.*, coalesce(t.target, 0) - coalesce(f.sent, 0) as change
    from facts as f
    left join targets as t on t.k = f.k
)
select k, position, here, lost, known, change, coalesce(revision, -1) + 1 as revision,
    case when lost then 'retracted' when coalesce(revision, -1) >= 0 then 'corrected' else 'first' end as kind
from compared
where case
    when waiting and not here then lost and revision >= 0
    else (here and (differs or gone or waiting)) or lost or change <> 0
end
