with panes as (
  select
    "service",
    "messages", "cpu_count", "cpu_sum", "cpu_min", "cpu_max", "cpu_max_at", "cpu_digest"
  from "health"."panes" for version as of 11
  where (part in (?, ?))
    and window_start >= ? and window_end <= ?
    and (grain <> 'minute' or arrived_from >= ?)
)
select
  "service",
  sum("messages") as "messages",
  sum("cpu_count") as "cpu_count",
  sum("cpu_sum") as "cpu_sum",
  min("cpu_min") as "cpu_min",
  min(row(-"cpu_max", "cpu_max_at")) filter (where "cpu_max" is not null) as "cpu_max_at",
  values_at_quantiles(merge(cast("cpu_digest" as tdigest)), array[double '0.5']) as "cpu_digest"
from panes
group by "service"
-- values:
--   service/day/2026-03
--   service/minute/2026-03-02
--   2026-03-02 00:00:00+00:00
--   2026-03-03 00:00:00+00:00
--   2026-03-05 09:00:00+00:00
