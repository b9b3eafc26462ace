with panes as (
  select
    "site",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "load_ms_digest", "visitors_distinct"
  from "page_views"."panes" for version as of 11
  where (part in (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))
    and window_start >= ? and window_end <= ?
    and "path" in (?)
    and (part in (?) or arrived_from >= ?)
)
select
  "site",
  sum("messages") as "messages",
  sum("load_ms_count") as "load_ms_count",
  sum("load_ms_sum") as "load_ms_sum",
  min("load_ms_min") as "load_ms_min",
  min(row(-"load_ms_max", "load_ms_max_at")) filter (where "load_ms_max" is not null) as "load_ms_max_at",
  values_at_quantiles(merge(cast("load_ms_digest" as tdigest)), array[double '0.95']) as "load_ms_digest",
  cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
from panes
group by "site"
-- values:
--   all/day/2026-03
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
--   2026-03-02 00:00:00+00:00
--   2026-03-03 00:00:00+00:00
--   /
--   all/day/2026-03
--   2026-03-05 09:00:00+00:00
