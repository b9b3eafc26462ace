with
old_rows as (
  select
    window_start as ":at",
    "messages", "cpu_count", "cpu_sum", "cpu_max", "ram_count", "ram_sum", "ram_max", "disk_count", "disk_sum", "disk_max"
  from "health"."panes" for version as of 11
  where breakdown = 'service' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
),
old_panes as (
  select
    ":at",
    coalesce(sum("messages"), 0) as "messages",
    coalesce(sum("cpu_count"), 0) as "cpu_count",
    sum("cpu_sum") as "cpu_sum",
    max("cpu_max") as "cpu_max",
    coalesce(sum("ram_count"), 0) as "ram_count",
    sum("ram_sum") as "ram_sum",
    max("ram_max") as "ram_max",
    coalesce(sum("disk_count"), 0) as "disk_count",
    sum("disk_sum") as "disk_sum",
    max("disk_max") as "disk_max"
  from old_rows
  group by ":at"
),
new_rows as (
  select
    window_start as ":at",
    "messages", "cpu_count", "cpu_sum", "cpu_max", "ram_count", "ram_sum", "ram_max", "disk_count", "disk_sum", "disk_max"
  from "health-replay-7"."panes" for version as of 22
  where breakdown = 'service' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
),
new_panes as (
  select
    ":at",
    coalesce(sum("messages"), 0) as "messages",
    coalesce(sum("cpu_count"), 0) as "cpu_count",
    sum("cpu_sum") as "cpu_sum",
    max("cpu_max") as "cpu_max",
    coalesce(sum("ram_count"), 0) as "ram_count",
    sum("ram_sum") as "ram_sum",
    max("ram_max") as "ram_max",
    coalesce(sum("disk_count"), 0) as "disk_count",
    sum("disk_sum") as "disk_sum",
    max("disk_max") as "disk_max"
  from new_rows
  group by ":at"
),
pairs as (
  select
    coalesce(o.":at", n.":at") as ":at",
    o."messages" as "old:messages",
    n."messages" as "new:messages",
    o."cpu_count" as "old:cpu_count",
    n."cpu_count" as "new:cpu_count",
    o."cpu_sum" as "old:cpu_sum",
    n."cpu_sum" as "new:cpu_sum",
    o."cpu_max" as "old:cpu_max",
    n."cpu_max" as "new:cpu_max",
    o."ram_count" as "old:ram_count",
    n."ram_count" as "new:ram_count",
    o."ram_sum" as "old:ram_sum",
    n."ram_sum" as "new:ram_sum",
    o."ram_max" as "old:ram_max",
    n."ram_max" as "new:ram_max",
    o."disk_count" as "old:disk_count",
    n."disk_count" as "new:disk_count",
    o."disk_sum" as "old:disk_sum",
    n."disk_sum" as "new:disk_sum",
    o."disk_max" as "old:disk_max",
    n."disk_max" as "new:disk_max",
    cast(o."cpu_sum" as double) / nullif(o."cpu_count", 0) as "old:cpu_mean",
    cast(n."cpu_sum" as double) / nullif(n."cpu_count", 0) as "new:cpu_mean",
    cast(o."ram_sum" as double) / nullif(o."ram_count", 0) as "old:ram_mean",
    cast(n."ram_sum" as double) / nullif(n."ram_count", 0) as "new:ram_mean",
    cast(o."disk_sum" as double) / nullif(o."disk_count", 0) as "old:disk_mean",
    cast(n."disk_sum" as double) / nullif(n."disk_count", 0) as "new:disk_mean"
  from old_panes as o full join new_panes as n
    on o.":at" = n.":at"
)
select
  ":at",
  "old:messages", "old:cpu_count", "old:cpu_sum", "old:cpu_max", "old:ram_count", "old:ram_sum", "old:ram_max", "old:disk_count", "old:disk_sum", "old:disk_max", "new:messages", "new:cpu_count", "new:cpu_sum", "new:cpu_max", "new:ram_count", "new:ram_sum", "new:ram_max", "new:disk_count", "new:disk_sum", "new:disk_max"
from pairs
order by ":at"
-- values:
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
