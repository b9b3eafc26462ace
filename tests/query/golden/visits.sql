with panes as (
  select
    "exit",
    "messages", "visits", "bounces", "visit_seconds", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "visitors_distinct"
  from "page_views"."panes" for version as of 11
  where (part in (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))
    and window_start >= ? and window_end <= ?
    and (grain <> 'minute' or arrived_from >= ?)
)
select
  "exit",
  sum("messages") as "messages",
  sum("visits") as "visits",
  sum("bounces") as "bounces",
  sum("visit_seconds") as "visit_seconds",
  sum("load_ms_count") as "load_ms_count",
  sum("load_ms_sum") as "load_ms_sum",
  min("load_ms_min") as "load_ms_min",
  min(row(-"load_ms_max", "load_ms_max_at")) filter (where "load_ms_max" is not null) as "load_ms_max_at",
  cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
from panes
group by "exit"
having sum("messages") <> 0 or sum("visits") <> 0 or sum("bounces") <> 0 or sum("visit_seconds") <> 0
order by "exit"
limit 11
-- values:
--   site_path_source_exit/day/2026-03
--   site_path_source_exit/minute/2026-03-02
--   site_path_source_exit/minute/2026-03-02T00
--   site_path_source_exit/minute/2026-03-02T01
--   site_path_source_exit/minute/2026-03-02T02
--   site_path_source_exit/minute/2026-03-02T03
--   site_path_source_exit/minute/2026-03-02T04
--   site_path_source_exit/minute/2026-03-02T05
--   site_path_source_exit/minute/2026-03-02T06
--   site_path_source_exit/minute/2026-03-02T07
--   site_path_source_exit/minute/2026-03-02T08
--   site_path_source_exit/minute/2026-03-02T09
--   site_path_source_exit/minute/2026-03-02T10
--   site_path_source_exit/minute/2026-03-02T11
--   site_path_source_exit/minute/2026-03-02T12
--   site_path_source_exit/minute/2026-03-02T13
--   site_path_source_exit/minute/2026-03-02T14
--   site_path_source_exit/minute/2026-03-02T15
--   site_path_source_exit/minute/2026-03-02T16
--   site_path_source_exit/minute/2026-03-02T17
--   site_path_source_exit/minute/2026-03-02T18
--   site_path_source_exit/minute/2026-03-02T19
--   site_path_source_exit/minute/2026-03-02T20
--   site_path_source_exit/minute/2026-03-02T21
--   site_path_source_exit/minute/2026-03-02T22
--   site_path_source_exit/minute/2026-03-02T23
--   2026-03-02 00:00:00+00:00
--   2026-03-03 00:00:00+00:00
--   2026-03-05 09:00:00+00:00
