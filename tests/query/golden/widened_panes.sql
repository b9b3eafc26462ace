insert into "health-widened"."panes" ("service", breakdown, grain, part, window_start, window_end, arrived_from, arrived_until, "messages", "cpu_count", "cpu_sum", "cpu_min", "cpu_max", "cpu_max_at", "cpu_digest", "ram_count", "ram_sum", "ram_min", "ram_max", "ram_max_at", "ram_digest", "disk_count", "disk_sum", "disk_min", "disk_max", "disk_max_at", "disk_digest"
)
with panes as (
  select *
  from "health"."panes"
  where grain = 'minute' and arrived_from >= ? and arrived_from < ?
)
select
  "service",
  breakdown,
  grain,
  breakdown || '/' || grain || '/' || format_datetime(window_start, 'yyyy-MM-dd'),
  window_start,
  window_end,
  cast(? as timestamp(6) with time zone),
  cast(? as timestamp(6) with time zone),
  coalesce(sum("messages"), 0),
  coalesce(sum("cpu_count"), 0),
  sum("cpu_sum"),
  min("cpu_min"),
  max("cpu_max"),
  (min(row(-"cpu_max", "cpu_max_at")) filter (where "cpu_max" is not null))[2],
  cast(merge(cast("cpu_digest" as tdigest)) as varbinary),
  coalesce(sum("ram_count"), 0),
  sum("ram_sum"),
  min("ram_min"),
  max("ram_max"),
  (min(row(-"ram_max", "ram_max_at")) filter (where "ram_max" is not null))[2],
  cast(merge(cast("ram_digest" as tdigest)) as varbinary),
  coalesce(sum("disk_count"), 0),
  sum("disk_sum"),
  min("disk_min"),
  max("disk_max"),
  (min(row(-"disk_max", "disk_max_at")) filter (where "disk_max" is not null))[2],
  cast(merge(cast("disk_digest" as tdigest)) as varbinary)
from panes
group by "service", breakdown, grain, window_start, window_end