select at, count(*)
from (
  select date_trunc('day', window_start) as at
  from "health"."panes" for version as of 11
  where breakdown = 'service' and grain = 'day' and arrived_from >= ? and arrived_from < ?
  union all
  select date_trunc('day', window_start) as at
  from "health-replay-7"."panes" for version as of 22
  where breakdown = 'service' and grain = 'day' and arrived_from >= ? and arrived_from < ?
)
group by at
order by at
-- values:
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
