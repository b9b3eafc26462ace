create or replace view "health".minutes
comment 'Service health per minute; cpu: CPU, ratio; ram: RAM, ratio; disk: Disk, ratio' as
select
  "service",
  window_start,
  coalesce(sum("messages"), 0) as "messages",
  coalesce(sum("cpu_count"), 0) as "cpu_count",
  sum("cpu_sum") / (1000000e0 * nullif(sum("cpu_count"), 0)) as "cpu_mean",
  min("cpu_min") / 1000000e0 as "cpu_min",
  max("cpu_max") / 1000000e0 as "cpu_max",
  (min(row(-"cpu_max", "cpu_max_at")) filter (where "cpu_max" is not null))[2] as "cpu_max_at",
  value_at_quantile(merge(cast("cpu_digest" as tdigest)), double '0.5') / 1000000e0 as "cpu_p50",
  value_at_quantile(merge(cast("cpu_digest" as tdigest)), double '0.95') / 1000000e0 as "cpu_p95",
  value_at_quantile(merge(cast("cpu_digest" as tdigest)), double '0.99') / 1000000e0 as "cpu_p99",
  coalesce(sum("ram_count"), 0) as "ram_count",
  sum("ram_sum") / (1000000e0 * nullif(sum("ram_count"), 0)) as "ram_mean",
  min("ram_min") / 1000000e0 as "ram_min",
  max("ram_max") / 1000000e0 as "ram_max",
  (min(row(-"ram_max", "ram_max_at")) filter (where "ram_max" is not null))[2] as "ram_max_at",
  value_at_quantile(merge(cast("ram_digest" as tdigest)), double '0.5') / 1000000e0 as "ram_p50",
  value_at_quantile(merge(cast("ram_digest" as tdigest)), double '0.95') / 1000000e0 as "ram_p95",
  value_at_quantile(merge(cast("ram_digest" as tdigest)), double '0.99') / 1000000e0 as "ram_p99",
  coalesce(sum("disk_count"), 0) as "disk_count",
  sum("disk_sum") / (1000000e0 * nullif(sum("disk_count"), 0)) as "disk_mean",
  min("disk_min") / 1000000e0 as "disk_min",
  max("disk_max") / 1000000e0 as "disk_max",
  (min(row(-"disk_max", "disk_max_at")) filter (where "disk_max" is not null))[2] as "disk_max_at",
  value_at_quantile(merge(cast("disk_digest" as tdigest)), double '0.5') / 1000000e0 as "disk_p50",
  value_at_quantile(merge(cast("disk_digest" as tdigest)), double '0.95') / 1000000e0 as "disk_p95",
  value_at_quantile(merge(cast("disk_digest" as tdigest)), double '0.99') / 1000000e0 as "disk_p99"
from "health".panes
where grain = 'minute'
group by "service", window_start
