with panes as (
  select
    "service",
    "messages", "cpu_count", "cpu_sum", "cpu_min", "cpu_max", "cpu_max_at", "ram_count", "ram_sum", "ram_min", "ram_max", "ram_max_at", "disk_count", "disk_sum", "disk_min", "disk_max", "disk_max_at"
  from "health"."panes" for version as of 11
  where (part in (?, ?))
    and window_start >= ? and window_end <= ?
    and "service" in (?, ?)
    and (grain <> 'minute' or arrived_from >= ?)
)
select
  "service",
  sum("messages") as "messages",
  sum("cpu_count") as "cpu_count",
  sum("cpu_sum") as "cpu_sum",
  min("cpu_min") as "cpu_min",
  min(row(-"cpu_max", "cpu_max_at")) filter (where "cpu_max" is not null) as "cpu_max_at",
  sum("ram_count") as "ram_count",
  sum("ram_sum") as "ram_sum",
  min("ram_min") as "ram_min",
  min(row(-"ram_max", "ram_max_at")) filter (where "ram_max" is not null) as "ram_max_at",
  sum("disk_count") as "disk_count",
  sum("disk_sum") as "disk_sum",
  min("disk_min") as "disk_min",
  min(row(-"disk_max", "disk_max_at")) filter (where "disk_max" is not null) as "disk_max_at"
from panes
group by "service"
-- values:
--   service/day/2026-03
--   service/minute/2026-03-02
--   2026-03-02 00:00:00+00:00
--   2026-03-03 00:00:00+00:00
--   auth
--   cart
--   2026-03-05 09:00:00+00:00
