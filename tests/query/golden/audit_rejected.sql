select 'ledger', "partition", arrived_from, arrived_until, sum(rejected), sum(rejected)
from "health"."ledger" for version as of 44
where arrived_from < ? and rejected <> 0
group by "partition", arrived_from, arrived_until
union all
select 'rejected', "partition", arrived_from, date_add('second', 10, arrived_from),
  count(*), count(distinct "offset")
from (
  select "partition", "offset",
    date_add('second', -(second(arrived) % 10), date_trunc('second', arrived)) as arrived_from
  from "health"."rejected" for version as of 33
  where arrived < ?
)
group by "partition", arrived_from
-- values:
--   2026-03-05 09:00:00+00:00
--   2026-03-05 09:00:00+00:00
