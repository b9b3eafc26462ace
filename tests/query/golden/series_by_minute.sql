with panes as (
  select
    "service",
    window_start as at,
    "messages", "cpu_count", "cpu_sum", "cpu_min", "cpu_max", "cpu_max_at"
  from "health"."minute_panes" for version as of 11
  where ((window_start >= ? and window_start < ?))
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
--   2026-03-02 10:17:00+00:00
--   2026-03-02 23:05:00+00:00
