with panes as (
  select
    "path",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "visitors_distinct"
  from "page_views"."day_panes" for version as of 22
  where ((window_start >= ? and window_start < ?))
    and "site" in (?)
  union all
  select
    "path",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "visitors_distinct"
  from "page_views"."hour_panes" for version as of 44
  where ((window_start >= ? and window_start < ?) or (window_start >= ? and window_start < ?))
    and "site" in (?)
  union all
  select
    "path",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "visitors_distinct"
  from "page_views"."minute_panes" for version as of 11
  where ((window_start >= ? and window_start < ?))
    and "site" in (?)
    and arrived_from >= ?
  union all
  select
    "path",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "visitors_distinct"
  from "page_views"."minute_panes" for version as of 11
  where ((window_start >= ? and window_start < ?) or (window_start >= ? and window_start < ?))
    and "site" in (?)
)
select
  "path",
  sum("messages") as "messages",
  sum("load_ms_count") as "load_ms_count",
  sum("load_ms_sum") as "load_ms_sum",
  min("load_ms_min") as "load_ms_min",
  min(row(-"load_ms_max", "load_ms_max_at")) filter (where "load_ms_max" is not null) as "load_ms_max_at",
  cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
from panes
group by "path"
-- values:
--   2026-03-02 00:00:00+00:00
--   2026-03-04 00:00:00+00:00
--   a
--   2026-03-01 11:00:00+00:00
--   2026-03-02 00:00:00+00:00
--   2026-03-04 00:00:00+00:00
--   2026-03-04 09:00:00+00:00
--   a
--   2026-03-01 11:00:00+00:00
--   2026-03-04 09:00:00+00:00
--   a
--   2026-03-05 09:00:00+00:00
--   2026-03-01 10:17:00+00:00
--   2026-03-01 11:00:00+00:00
--   2026-03-04 09:00:00+00:00
--   2026-03-04 09:05:00+00:00
--   a
