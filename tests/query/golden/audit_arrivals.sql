select '', '', arrived_from, arrived_until, sum(accepted), bigint '0'
from "health"."ledger" for version as of 44
where arrived_from < ?
group by arrived_from, arrived_until
having sum(accepted) <> 0
union all
select breakdown, grain, arrived_from, arrived_until, sum(messages), max(messages)
from "health"."panes" for version as of 11
where arrived_from < ?
group by breakdown, grain, arrived_from, arrived_until
having sum(messages) <> 0
-- values:
--   2026-03-05 09:00:00+00:00
--   2026-03-05 09:00:00+00:00
