with panes as (
  select
    "site",
    "path",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "visitors_distinct"
  from "page_views"."day_panes" for version as of 22
  where ((window_start >= ? and window_start < ?))
    and "path" in (?, ?)
    and ("site" > ? or ("site" = ? and ("path" > ?)))
  union all
  select
    "site",
    "path",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "visitors_distinct"
  from "page_views"."minute_panes" for version as of 11
  where ((window_start >= ? and window_start < ?))
    and "path" in (?, ?)
    and ("site" > ? or ("site" = ? and ("path" > ?)))
    and arrived_from >= ?
  union all
  select
    "site",
    "path",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "visitors_distinct"
  from "page_views"."minute_panes" for version as of 11
  where ((window_start >= ? and window_start < ?) or (window_start >= ? and window_start < ?))
    and "path" in (?, ?)
    and ("site" > ? or ("site" = ? and ("path" > ?)))
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
order by "site", "path"
limit 101
-- values:
--   2026-03-02 00:00:00+00:00
--   2026-03-04 00:00:00+00:00
--   /
--   /b
--   a.example
--   a.example
--   /
--   2026-03-02 00:00:00+00:00
--   2026-03-04 00:00:00+00:00
--   /
--   /b
--   a.example
--   a.example
--   /
--   2026-03-05 09:00:00+00:00
--   2026-03-01 10:17:00+00:00
--   2026-03-02 00:00:00+00:00
--   2026-03-04 00:00:00+00:00
--   2026-03-04 09:05:00+00:00
--   /
--   /b
--   a.example
--   a.example
--   /
