with panes as (
  select
    "site",
    date_trunc('day', window_start) as at,
    "messages", "visitors_distinct"
  from "page_views"."day_panes" for version as of 22
  where ((window_start >= ? and window_start < ?))
  union all
  select
    "site",
    date_trunc('day', window_start) as at,
    "messages", "visitors_distinct"
  from "page_views"."minute_panes" for version as of 11
  where ((window_start >= ? and window_start < ?))
    and arrived_from >= ?
)
select
  "site",
  at,
  sum("messages") as "messages",
  cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
from panes
group by "site", at
-- values:
--   2026-03-02 00:00:00+00:00
--   2026-03-03 00:00:00+00:00
--   2026-03-02 00:00:00+00:00
--   2026-03-03 00:00:00+00:00
--   2026-03-05 09:00:00+00:00
