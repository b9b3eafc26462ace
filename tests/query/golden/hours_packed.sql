with panes as (
  select
    "site",
    "path",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "visitors_distinct"
  from "page_views"."panes" for version as of 11
  where (part in (?, ?, ?, ?, ?))
    and window_start >= ? and window_end <= ?
)
select
  "site",
  "path",
  sum("messages") as "messages",
  sum("load_ms_count") as "load_ms_count",
  sum("load_ms_sum") as "load_ms_sum",
  min("load_ms_min") as "load_ms_min",
  min(row(-"load_ms_max", "load_ms_max_at")) filter (where "load_ms_max" is not null) as "load_ms_max_at",
  cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
from panes
group by "site", "path"
-- values:
--   site_path/minute/2026-03-01T10
--   site_path/minute/2026-03-04T09
--   site_path/hour/2026-03-01
--   site_path/hour/2026-03-04
--   site_path/day/2026-03
--   2026-03-01 10:17:00+00:00
--   2026-03-04 09:05:00+00:00
