with
old_rows as (
  select
    "service" as "service",
    window_start as "window_start",
    "messages", "cpu_count", "cpu_sum", "cpu_min", "cpu_max", "cpu_max_at", "ram_count", "ram_sum", "ram_min", "ram_max", "ram_max_at", "disk_count", "disk_sum", "disk_min", "disk_max", "disk_max_at"
  from "health"."panes" for version as of 11
  where breakdown = 'service' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and window_start >= ? and window_start < ?
),
old_panes as (
  select
    "service",
    "window_start",
    coalesce(sum("messages"), 0) as "messages",
    coalesce(sum("cpu_count"), 0) as "cpu_count",
    sum("cpu_sum") as "cpu_sum",
    min("cpu_min") as "cpu_min",
    max("cpu_max") as "cpu_max",
    (min(row(-"cpu_max", "cpu_max_at")) filter (where "cpu_max" is not null))[2] as "cpu_max_at",
    coalesce(sum("ram_count"), 0) as "ram_count",
    sum("ram_sum") as "ram_sum",
    min("ram_min") as "ram_min",
    max("ram_max") as "ram_max",
    (min(row(-"ram_max", "ram_max_at")) filter (where "ram_max" is not null))[2] as "ram_max_at",
    coalesce(sum("disk_count"), 0) as "disk_count",
    sum("disk_sum") as "disk_sum",
    min("disk_min") as "disk_min",
    max("disk_max") as "disk_max",
    (min(row(-"disk_max", "disk_max_at")) filter (where "disk_max" is not null))[2] as "disk_max_at"
  from old_rows
  group by "service", "window_start"
),
new_rows as (
  select
    "service" as "service",
    window_start as "window_start",
    "messages", "cpu_count", "cpu_sum", "cpu_min", "cpu_max", "cpu_max_at", "ram_count", "ram_sum", "ram_min", "ram_max", "ram_max_at", "disk_count", "disk_sum", "disk_min", "disk_max", "disk_max_at"
  from "health-replay-7"."panes" for version as of 22
  where breakdown = 'service' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and window_start >= ? and window_start < ?
),
new_panes as (
  select
    "service",
    "window_start",
    coalesce(sum("messages"), 0) as "messages",
    coalesce(sum("cpu_count"), 0) as "cpu_count",
    sum("cpu_sum") as "cpu_sum",
    min("cpu_min") as "cpu_min",
    max("cpu_max") as "cpu_max",
    (min(row(-"cpu_max", "cpu_max_at")) filter (where "cpu_max" is not null))[2] as "cpu_max_at",
    coalesce(sum("ram_count"), 0) as "ram_count",
    sum("ram_sum") as "ram_sum",
    min("ram_min") as "ram_min",
    max("ram_max") as "ram_max",
    (min(row(-"ram_max", "ram_max_at")) filter (where "ram_max" is not null))[2] as "ram_max_at",
    coalesce(sum("disk_count"), 0) as "disk_count",
    sum("disk_sum") as "disk_sum",
    min("disk_min") as "disk_min",
    max("disk_max") as "disk_max",
    (min(row(-"disk_max", "disk_max_at")) filter (where "disk_max" is not null))[2] as "disk_max_at"
  from new_rows
  group by "service", "window_start"
),
pairs as (
  select
    coalesce(o."service", n."service") as "service",
    coalesce(o."window_start", n."window_start") as "window_start",
    o."messages" as "old:messages",
    n."messages" as "new:messages",
    o."cpu_count" as "old:cpu_count",
    n."cpu_count" as "new:cpu_count",
    o."cpu_sum" as "old:cpu_sum",
    n."cpu_sum" as "new:cpu_sum",
    o."cpu_min" as "old:cpu_min",
    n."cpu_min" as "new:cpu_min",
    o."cpu_max" as "old:cpu_max",
    n."cpu_max" as "new:cpu_max",
    o."cpu_max_at" as "old:cpu_max_at",
    n."cpu_max_at" as "new:cpu_max_at",
    o."ram_count" as "old:ram_count",
    n."ram_count" as "new:ram_count",
    o."ram_sum" as "old:ram_sum",
    n."ram_sum" as "new:ram_sum",
    o."ram_min" as "old:ram_min",
    n."ram_min" as "new:ram_min",
    o."ram_max" as "old:ram_max",
    n."ram_max" as "new:ram_max",
    o."ram_max_at" as "old:ram_max_at",
    n."ram_max_at" as "new:ram_max_at",
    o."disk_count" as "old:disk_count",
    n."disk_count" as "new:disk_count",
    o."disk_sum" as "old:disk_sum",
    n."disk_sum" as "new:disk_sum",
    o."disk_min" as "old:disk_min",
    n."disk_min" as "new:disk_min",
    o."disk_max" as "old:disk_max",
    n."disk_max" as "new:disk_max",
    o."disk_max_at" as "old:disk_max_at",
    n."disk_max_at" as "new:disk_max_at",
    cast(o."cpu_sum" as double) / nullif(o."cpu_count", 0) as "old:cpu_mean",
    cast(n."cpu_sum" as double) / nullif(n."cpu_count", 0) as "new:cpu_mean",
    cast(o."ram_sum" as double) / nullif(o."ram_count", 0) as "old:ram_mean",
    cast(n."ram_sum" as double) / nullif(n."ram_count", 0) as "new:ram_mean",
    cast(o."disk_sum" as double) / nullif(o."disk_count", 0) as "old:disk_mean",
    cast(n."disk_sum" as double) / nullif(n."disk_count", 0) as "new:disk_mean"
  from old_panes as o full join new_panes as n
    on o."service" = n."service" and o."window_start" = n."window_start"
),
judged as (
  select
    *,
    case
      when "old:messages" is null then 'only new'
      when "new:messages" is null then 'only old'
      when "old:messages" is not distinct from "new:messages"
        and "old:cpu_count" is not distinct from "new:cpu_count"
        and "old:cpu_sum" is not distinct from "new:cpu_sum"
        and "old:cpu_min" is not distinct from "new:cpu_min"
        and "old:cpu_max" is not distinct from "new:cpu_max"
        and "old:cpu_max_at" is not distinct from "new:cpu_max_at"
        and "old:ram_count" is not distinct from "new:ram_count"
        and "old:ram_sum" is not distinct from "new:ram_sum"
        and "old:ram_min" is not distinct from "new:ram_min"
        and "old:ram_max" is not distinct from "new:ram_max"
        and "old:ram_max_at" is not distinct from "new:ram_max_at"
        and "old:disk_count" is not distinct from "new:disk_count"
        and "old:disk_sum" is not distinct from "new:disk_sum"
        and "old:disk_min" is not distinct from "new:disk_min"
        and "old:disk_max" is not distinct from "new:disk_max"
        and "old:disk_max_at" is not distinct from "new:disk_max_at" then 'equal'
      else 'changed'
    end as ":verdict",
    array_max(array[
      case
        when "old:messages" is not distinct from "new:messages" then double '0'
        when "old:messages" is null or "new:messages" is null then double '1'
        else abs(cast("new:messages" as double) - "old:messages") / greatest(abs("old:messages"), abs("new:messages"))
      end,
      case
        when "old:cpu_count" is not distinct from "new:cpu_count" then double '0'
        when "old:cpu_count" is null or "new:cpu_count" is null then double '1'
        else abs(cast("new:cpu_count" as double) - "old:cpu_count") / greatest(abs("old:cpu_count"), abs("new:cpu_count"))
      end,
      case
        when "old:cpu_mean" is not distinct from "new:cpu_mean" then double '0'
        when "old:cpu_mean" is null or "new:cpu_mean" is null then double '1'
        else abs(cast("new:cpu_mean" as double) - "old:cpu_mean") / greatest(abs("old:cpu_mean"), abs("new:cpu_mean"))
      end,
      case
        when "old:cpu_min" is not distinct from "new:cpu_min" then double '0'
        when "old:cpu_min" is null or "new:cpu_min" is null then double '1'
        else abs(cast("new:cpu_min" as double) - "old:cpu_min") / greatest(abs("old:cpu_min"), abs("new:cpu_min"))
      end,
      case
        when "old:cpu_max" is not distinct from "new:cpu_max" then double '0'
        when "old:cpu_max" is null or "new:cpu_max" is null then double '1'
        else abs(cast("new:cpu_max" as double) - "old:cpu_max") / greatest(abs("old:cpu_max"), abs("new:cpu_max"))
      end,
      case
        when "old:ram_count" is not distinct from "new:ram_count" then double '0'
        when "old:ram_count" is null or "new:ram_count" is null then double '1'
        else abs(cast("new:ram_count" as double) - "old:ram_count") / greatest(abs("old:ram_count"), abs("new:ram_count"))
      end,
      case
        when "old:ram_mean" is not distinct from "new:ram_mean" then double '0'
        when "old:ram_mean" is null or "new:ram_mean" is null then double '1'
        else abs(cast("new:ram_mean" as double) - "old:ram_mean") / greatest(abs("old:ram_mean"), abs("new:ram_mean"))
      end,
      case
        when "old:ram_min" is not distinct from "new:ram_min" then double '0'
        when "old:ram_min" is null or "new:ram_min" is null then double '1'
        else abs(cast("new:ram_min" as double) - "old:ram_min") / greatest(abs("old:ram_min"), abs("new:ram_min"))
      end,
      case
        when "old:ram_max" is not distinct from "new:ram_max" then double '0'
        when "old:ram_max" is null or "new:ram_max" is null then double '1'
        else abs(cast("new:ram_max" as double) - "old:ram_max") / greatest(abs("old:ram_max"), abs("new:ram_max"))
      end,
      case
        when "old:disk_count" is not distinct from "new:disk_count" then double '0'
        when "old:disk_count" is null or "new:disk_count" is null then double '1'
        else abs(cast("new:disk_count" as double) - "old:disk_count") / greatest(abs("old:disk_count"), abs("new:disk_count"))
      end,
      case
        when "old:disk_mean" is not distinct from "new:disk_mean" then double '0'
        when "old:disk_mean" is null or "new:disk_mean" is null then double '1'
        else abs(cast("new:disk_mean" as double) - "old:disk_mean") / greatest(abs("old:disk_mean"), abs("new:disk_mean"))
      end,
      case
        when "old:disk_min" is not distinct from "new:disk_min" then double '0'
        when "old:disk_min" is null or "new:disk_min" is null then double '1'
        else abs(cast("new:disk_min" as double) - "old:disk_min") / greatest(abs("old:disk_min"), abs("new:disk_min"))
      end,
      case
        when "old:disk_max" is not distinct from "new:disk_max" then double '0'
        when "old:disk_max" is null or "new:disk_max" is null then double '1'
        else abs(cast("new:disk_max" as double) - "old:disk_max") / greatest(abs("old:disk_max"), abs("new:disk_max"))
      end
    ]) as ":score"
  from pairs
)
select
  count_if(":verdict" = 'equal'),
  count_if(":verdict" = 'changed'),
  count_if(":verdict" = 'only old'),
  count_if(":verdict" = 'only new'),
  coalesce(sum("old:messages"), 0),
  coalesce(sum("new:messages"), 0),
  max_by(
    row(
      ":score",
      "service",
      "window_start",
      "old:messages", "old:cpu_count", "old:cpu_sum", "old:cpu_max", "old:ram_count", "old:ram_sum", "old:ram_max", "old:disk_count", "old:disk_sum", "old:disk_max", "new:messages", "new:cpu_count", "new:cpu_sum", "new:cpu_max", "new:ram_count", "new:ram_sum", "new:ram_max", "new:disk_count", "new:disk_sum", "new:disk_max"
    ),
    row(":score", coalesce("old:messages", 0) + coalesce("new:messages", 0)),
    100
  ) filter (where ":verdict" <> 'equal')
from judged
-- values:
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   2026-03-04 00:00:00+00:00
--   2026-03-05 00:00:00+00:00
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   2026-03-04 00:00:00+00:00
--   2026-03-05 00:00:00+00:00
