with panes as (
  select
    "service",
    window_start as at,
    "messages", "cpu_count", "cpu_sum", "cpu_min", "cpu_max", "cpu_max_at"
  from "health"."panes" for version as of 11
  where (part in (?))
    and window_start >= ? and window_end <= ?
)
select
  "service",
  at,
  sum("messages") as "messages",
  sum("cpu_count") as "cpu_count",
  sum("cpu_sum") as "cpu_sum",
  min("cpu_min") as "cpu_min",
  min(row(-"cpu_max", "cpu_max_at")) filter (where "cpu_max" is not null) as "cpu_max_at"
from panes
group by "service", at
-- values:
--   service/minute/2026-03-02
--   2026-03-02 10:17:00+00:00
--   2026-03-02 23:05:00+00:00
