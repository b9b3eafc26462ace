select 'ledger', arrived_from, arrived_until, sum("accepted")
from "health"."ledger" for version as of 44
where arrived_from < ?
group by arrived_from, arrived_until
having sum("accepted") <> 0
union all
select 'minute panes', arrived_from, arrived_until, sum("messages")
from "health"."panes" for version as of 11
where grain = 'minute' and arrived_from < ?
group by arrived_from, arrived_until
having sum("messages") <> 0
union all
select 'hour panes', arrived_from, arrived_until, sum("messages")
from "health"."panes" for version as of 11
where grain = 'hour' and arrived_from < ?
group by arrived_from, arrived_until
having sum("messages") <> 0
union all
select 'day panes', arrived_from, arrived_until, sum("messages")
from "health"."panes" for version as of 11
where grain = 'day' and arrived_from < ?
group by arrived_from, arrived_until
having sum("messages") <> 0
-- values:
--   2026-03-05 09:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   2026-03-05 09:00:00+00:00
