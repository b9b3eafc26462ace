with
finest as (
  select
    "service",
    date_trunc('day', window_start) as "event start",
    cast(floor(to_unixtime(arrived_from) / 86400) as bigint) as "arrival bucket",
    coalesce(sum("messages"), 0) as "messages",
    coalesce(sum("cpu_count"), 0) as "cpu_count",
    sum("cpu_sum") as "cpu_sum",
    min("cpu_min") as "cpu_min",
    max("cpu_max") as "cpu_max",
    (min(row(-"cpu_max", "cpu_max_at")) filter (where "cpu_max" is not null))[2] as "cpu_max_at",
    sum(from_ieee754_64(reverse(substr("cpu_digest", 26, 8)))) as "cpu_digest",
    coalesce(sum("ram_count"), 0) as "ram_count",
    sum("ram_sum") as "ram_sum",
    min("ram_min") as "ram_min",
    max("ram_max") as "ram_max",
    (min(row(-"ram_max", "ram_max_at")) filter (where "ram_max" is not null))[2] as "ram_max_at",
    sum(from_ieee754_64(reverse(substr("ram_digest", 26, 8)))) as "ram_digest",
    coalesce(sum("disk_count"), 0) as "disk_count",
    sum("disk_sum") as "disk_sum",
    min("disk_min") as "disk_min",
    max("disk_max") as "disk_max",
    (min(row(-"disk_max", "disk_max_at")) filter (where "disk_max" is not null))[2] as "disk_max_at",
    sum(from_ieee754_64(reverse(substr("disk_digest", 26, 8)))) as "disk_digest"
  from (
    select
      "service",
      window_start, arrived_from,
      "messages", "cpu_count", "cpu_sum", "cpu_min", "cpu_max", "cpu_max_at", "cpu_digest", "ram_count", "ram_sum", "ram_min", "ram_max", "ram_max_at", "ram_digest", "disk_count", "disk_sum", "disk_min", "disk_max", "disk_max_at", "disk_digest"
    from "health"."panes" for version as of 11
    where grain = 'minute' and arrived_from >= ? and arrived_until <= ?
  )
  group by "service", date_trunc('day', window_start), cast(floor(to_unixtime(arrived_from) / 86400) as bigint)
),
rollups as (
  select
    "service",
    date_trunc('day', window_start) as "event start",
    cast(floor(to_unixtime(arrived_from) / 86400) as bigint) as "arrival bucket",
    coalesce(sum("messages"), 0) as "messages",
    coalesce(sum("cpu_count"), 0) as "cpu_count",
    sum("cpu_sum") as "cpu_sum",
    min("cpu_min") as "cpu_min",
    max("cpu_max") as "cpu_max",
    (min(row(-"cpu_max", "cpu_max_at")) filter (where "cpu_max" is not null))[2] as "cpu_max_at",
    sum(from_ieee754_64(reverse(substr("cpu_digest", 26, 8)))) as "cpu_digest",
    coalesce(sum("ram_count"), 0) as "ram_count",
    sum("ram_sum") as "ram_sum",
    min("ram_min") as "ram_min",
    max("ram_max") as "ram_max",
    (min(row(-"ram_max", "ram_max_at")) filter (where "ram_max" is not null))[2] as "ram_max_at",
    sum(from_ieee754_64(reverse(substr("ram_digest", 26, 8)))) as "ram_digest",
    coalesce(sum("disk_count"), 0) as "disk_count",
    sum("disk_sum") as "disk_sum",
    min("disk_min") as "disk_min",
    max("disk_max") as "disk_max",
    (min(row(-"disk_max", "disk_max_at")) filter (where "disk_max" is not null))[2] as "disk_max_at",
    sum(from_ieee754_64(reverse(substr("disk_digest", 26, 8)))) as "disk_digest"
  from (
    select
      "service",
      window_start, arrived_from,
      "messages", "cpu_count", "cpu_sum", "cpu_min", "cpu_max", "cpu_max_at", "cpu_digest", "ram_count", "ram_sum", "ram_min", "ram_max", "ram_max_at", "ram_digest", "disk_count", "disk_sum", "disk_min", "disk_max", "disk_max_at", "disk_digest"
    from "health"."panes" for version as of 11
    where grain = 'day' and arrived_from >= ? and arrived_until <= ?
  )
  group by "service", date_trunc('day', window_start), cast(floor(to_unixtime(arrived_from) / 86400) as bigint)
),
paired as (
  select
    coalesce(finest."service", rollups."service") as "service",
    coalesce(finest."event start", rollups."event start") as "event start",
    coalesce(finest."arrival bucket", rollups."arrival bucket") as "arrival bucket",
    coalesce(finest."messages", 0) as "messages by finest",
    coalesce(rollups."messages", 0) as "messages by rollup",
    finest."cpu_count" as "cpu_count by finest",
    rollups."cpu_count" as "cpu_count by rollup",
    finest."cpu_sum" as "cpu_sum by finest",
    rollups."cpu_sum" as "cpu_sum by rollup",
    finest."cpu_min" as "cpu_min by finest",
    rollups."cpu_min" as "cpu_min by rollup",
    finest."cpu_max" as "cpu_max by finest",
    rollups."cpu_max" as "cpu_max by rollup",
    finest."cpu_max_at" as "cpu_max_at by finest",
    rollups."cpu_max_at" as "cpu_max_at by rollup",
    finest."cpu_digest" as "cpu_digest by finest",
    rollups."cpu_digest" as "cpu_digest by rollup",
    finest."ram_count" as "ram_count by finest",
    rollups."ram_count" as "ram_count by rollup",
    finest."ram_sum" as "ram_sum by finest",
    rollups."ram_sum" as "ram_sum by rollup",
    finest."ram_min" as "ram_min by finest",
    rollups."ram_min" as "ram_min by rollup",
    finest."ram_max" as "ram_max by finest",
    rollups."ram_max" as "ram_max by rollup",
    finest."ram_max_at" as "ram_max_at by finest",
    rollups."ram_max_at" as "ram_max_at by rollup",
    finest."ram_digest" as "ram_digest by finest",
    rollups."ram_digest" as "ram_digest by rollup",
    finest."disk_count" as "disk_count by finest",
    rollups."disk_count" as "disk_count by rollup",
    finest."disk_sum" as "disk_sum by finest",
    rollups."disk_sum" as "disk_sum by rollup",
    finest."disk_min" as "disk_min by finest",
    rollups."disk_min" as "disk_min by rollup",
    finest."disk_max" as "disk_max by finest",
    rollups."disk_max" as "disk_max by rollup",
    finest."disk_max_at" as "disk_max_at by finest",
    rollups."disk_max_at" as "disk_max_at by rollup",
    finest."disk_digest" as "disk_digest by finest",
    rollups."disk_digest" as "disk_digest by rollup"
  from finest
  full outer join rollups
    on finest."service" = rollups."service" and finest."event start" = rollups."event start" and finest."arrival bucket" = rollups."arrival bucket"
)
select distinct "arrival bucket"
from paired
where
  "messages by finest" is distinct from "messages by rollup"
  or "cpu_count by finest" is distinct from "cpu_count by rollup"
  or "cpu_sum by finest" is distinct from "cpu_sum by rollup"
  or "cpu_min by finest" is distinct from "cpu_min by rollup"
  or "cpu_max by finest" is distinct from "cpu_max by rollup"
  or "cpu_max_at by finest" is distinct from "cpu_max_at by rollup"
  or "cpu_digest by finest" is distinct from "cpu_digest by rollup"
  or "ram_count by finest" is distinct from "ram_count by rollup"
  or "ram_sum by finest" is distinct from "ram_sum by rollup"
  or "ram_min by finest" is distinct from "ram_min by rollup"
  or "ram_max by finest" is distinct from "ram_max by rollup"
  or "ram_max_at by finest" is distinct from "ram_max_at by rollup"
  or "ram_digest by finest" is distinct from "ram_digest by rollup"
  or "disk_count by finest" is distinct from "disk_count by rollup"
  or "disk_sum by finest" is distinct from "disk_sum by rollup"
  or "disk_min by finest" is distinct from "disk_min by rollup"
  or "disk_max by finest" is distinct from "disk_max by rollup"
  or "disk_max_at by finest" is distinct from "disk_max_at by rollup"
  or "disk_digest by finest" is distinct from "disk_digest by rollup"
order by "arrival bucket"
-- values:
--   2026-03-05 00:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   2026-03-05 00:00:00+00:00
--   2026-03-05 09:00:00+00:00
