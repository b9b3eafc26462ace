select 'ledger', "partition", arrived_from, arrived_until, sum(accepted), sum(accepted)
from "shop"."ledger" for version as of 22
where arrived_from < ? and arrived_from >= ? and accepted <> 0
group by "partition", arrived_from, arrived_until
union all
select 'accepted', "partition", arrived_from, date_add('second', 10, arrived_from),
  count(*), count(distinct "offset")
from (
  select "partition", "offset",
    date_add('second', -(second(arrived) % 10), date_trunc('second', arrived)) as arrived_from
  from "shop"."accepted" for version as of 44
  where arrived < ? and arrived >= ?
)
group by "partition", arrived_from
-- values:
--   2026-03-03 00:00:00+00:00
--   2026-03-02 10:00:00+00:00
--   2026-03-03 00:00:00+00:00
--   2026-03-02 10:00:00+00:00
