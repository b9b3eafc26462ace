-- Every fact of the file once, and of those landed before. `digest` tells whether a message is the same.
create table facts as
with new_ones as (
    select s.k, s.series, s.date, s.position, s.number, hash(s.message) as digest
    from said as s
    left join repeated as r on r.k = s.k
    where s.fit and (r.k is null or r.last = s.position)
),
scopes as (
    select distinct {{ scope }} as scope
    from said
    where fit
),
joined as (
    select coalesce(n.k, l.k) as k, n.position, n.k is not null as here, l.k is not null as known,
        if(n.k is null, l.series, n.series) as series, if(n.k is null, l.date, n.date) as date,
        coalesce(l.gone, true) as gone, coalesce(l.waiting, false) as waiting, l.sent, l.revision,
        n.number as new_number, l.number as old_number, n.digest is distinct from l.digest as differs,
        l.k is not null and not l.gone and {{ replaced }} as replaced
    from new_ones as n
    full join landed as l on l.k = n.k
)
select *, replaced and not here as lost, here or (known and not gone and not replaced) as present,
    if(here, new_number, old_number) as number
from joined
