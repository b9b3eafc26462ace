select at, count(*)
from (
  select date_trunc('hour', window_start) as at
  from "page_views"."panes" for version as of 11
  where breakdown = 'site_path' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and "site" in (?)
  union all
  select date_trunc('hour', window_start) as at
  from "page_views-replay-7"."panes" for version as of 22
  where breakdown = 'site_path' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and "site" in (?)
)
group by at
order by at
-- values:
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   a
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   a
