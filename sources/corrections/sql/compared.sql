-- Every fact with by how much it changes and as what. Those are sent that change; what was refused before is tried again
-- when a file has it again.
create table compared as
with changes as (
    select f.*, coalesce(t.target, 0) - coalesce(f.sent, 0) as change
    from facts as f
    left join targets as t on t.k = f.k
)
select k, position, here, present, waiting, number, coalesce(sent, 0) as sent, coalesce(revision, -1) as revision, change,
    case when lost then 'retracted' when coalesce(revision, -1) >= 0 then 'corrected' else 'first' end as kind,
    coalesce(case
        when waiting and not here then lost and revision >= 0
        else (here and (differs or gone or waiting)) or lost or change <> 0
    end, false) as changes
from changes
