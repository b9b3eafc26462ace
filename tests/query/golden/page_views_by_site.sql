with panes as (
  select
    "site",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "load_ms_digest", "visitors_distinct"
  from "page_views"."day_panes" for version as of 22
  where ((window_start >= ? and window_start < ?))
    and "path" in (?)
  union all
  select
    "site",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "load_ms_digest", "visitors_distinct"
  from "page_views"."minute_panes" for version as of 11
  where ((window_start >= ? and window_start < ?))
    and "path" in (?)
    and arrived_from >= ?
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
--   2026-03-02 00:00:00+00:00
--   2026-03-03 00:00:00+00:00
--   /
--   2026-03-02 00:00:00+00:00
--   2026-03-03 00:00:00+00:00
--   /
--   2026-03-05 09:00:00+00:00
