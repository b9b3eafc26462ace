with panes as (
  select
    "path",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "visitors_distinct"
  from "page_views"."panes" for version as of 11
  where (part in (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))
    and window_start >= ? and window_end <= ?
    and "site" in (?)
    and (part in (?, ?, ?, ?, ?) or arrived_from >= ?)
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
--   all/minute/2026-03-01T10
--   all/minute/2026-03-04T09
--   all/hour/2026-03-01
--   all/hour/2026-03-04
--   all/day/2026-03
--   all/minute/2026-03-01T11
--   all/minute/2026-03-01T12
--   all/minute/2026-03-01T13
--   all/minute/2026-03-01T14
--   all/minute/2026-03-01T15
--   all/minute/2026-03-01T16
--   all/minute/2026-03-01T17
--   all/minute/2026-03-01T18
--   all/minute/2026-03-01T19
--   all/minute/2026-03-01T20
--   all/minute/2026-03-01T21
--   all/minute/2026-03-01T22
--   all/minute/2026-03-01T23
--   all/minute/2026-03-02T00
--   all/minute/2026-03-02T01
--   all/minute/2026-03-02T02
--   all/minute/2026-03-02T03
--   all/minute/2026-03-02T04
--   all/minute/2026-03-02T05
--   all/minute/2026-03-02T06
--   all/minute/2026-03-02T07
--   all/minute/2026-03-02T08
--   all/minute/2026-03-02T09
--   all/minute/2026-03-02T10
--   all/minute/2026-03-02T11
--   all/minute/2026-03-02T12
--   all/minute/2026-03-02T13
--   all/minute/2026-03-02T14
--   all/minute/2026-03-02T15
--   all/minute/2026-03-02T16
--   all/minute/2026-03-02T17
--   all/minute/2026-03-02T18
--   all/minute/2026-03-02T19
--   all/minute/2026-03-02T20
--   all/minute/2026-03-02T21
--   all/minute/2026-03-02T22
--   all/minute/2026-03-02T23
--   all/minute/2026-03-03T00
--   all/minute/2026-03-03T01
--   all/minute/2026-03-03T02
--   all/minute/2026-03-03T03
--   all/minute/2026-03-03T04
--   all/minute/2026-03-03T05
--   all/minute/2026-03-03T06
--   all/minute/2026-03-03T07
--   all/minute/2026-03-03T08
--   all/minute/2026-03-03T09
--   all/minute/2026-03-03T10
--   all/minute/2026-03-03T11
--   all/minute/2026-03-03T12
--   all/minute/2026-03-03T13
--   all/minute/2026-03-03T14
--   all/minute/2026-03-03T15
--   all/minute/2026-03-03T16
--   all/minute/2026-03-03T17
--   all/minute/2026-03-03T18
--   all/minute/2026-03-03T19
--   all/minute/2026-03-03T20
--   all/minute/2026-03-03T21
--   all/minute/2026-03-03T22
--   all/minute/2026-03-03T23
--   all/minute/2026-03-04T00
--   all/minute/2026-03-04T01
--   all/minute/2026-03-04T02
--   all/minute/2026-03-04T03
--   all/minute/2026-03-04T04
--   all/minute/2026-03-04T05
--   all/minute/2026-03-04T06
--   all/minute/2026-03-04T07
--   all/minute/2026-03-04T08
--   2026-03-01 10:17:00+00:00
--   2026-03-04 09:05:00+00:00
--   a
--   all/minute/2026-03-01T10
--   all/minute/2026-03-04T09
--   all/hour/2026-03-01
--   all/hour/2026-03-04
--   all/day/2026-03
--   2026-03-05 09:00:00+00:00
