with
finest as (
  select
    "site",
    "path",
    date_trunc('day', window_start) as "event start",
    cast(floor(to_unixtime(arrived_from) / 600) as bigint) as "arrival bucket",
    coalesce(sum("messages"), 0) as "messages",
    coalesce(sum("load_ms_count"), 0) as "load_ms_count",
    sum("load_ms_sum") as "load_ms_sum",
    min("load_ms_min") as "load_ms_min",
    max("load_ms_max") as "load_ms_max",
    (min(row(-"load_ms_max", "load_ms_max_at")) filter (where "load_ms_max" is not null))[2] as "load_ms_max_at",
    sum(from_ieee754_64(reverse(substr("load_ms_digest", 26, 8)))) as "load_ms_digest",
    cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
  from (
    select
      "site",
      "path",
      window_start, arrived_from,
      "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "load_ms_digest", "visitors_distinct"
    from "page_views"."panes" for version as of 11
    where grain = 'minute' and arrived_from >= ? and arrived_until <= ?
  )
  group by "site", "path", date_trunc('day', window_start), cast(floor(to_unixtime(arrived_from) / 600) as bigint)
),
rollups as (
  select
    "site",
    "path",
    date_trunc('day', window_start) as "event start",
    cast(floor(to_unixtime(arrived_from) / 600) as bigint) as "arrival bucket",
    coalesce(sum("messages"), 0) as "messages",
    coalesce(sum("load_ms_count"), 0) as "load_ms_count",
    sum("load_ms_sum") as "load_ms_sum",
    min("load_ms_min") as "load_ms_min",
    max("load_ms_max") as "load_ms_max",
    (min(row(-"load_ms_max", "load_ms_max_at")) filter (where "load_ms_max" is not null))[2] as "load_ms_max_at",
    sum(from_ieee754_64(reverse(substr("load_ms_digest", 26, 8)))) as "load_ms_digest",
    cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
  from (
    select
      "site",
      "path",
      window_start, arrived_from,
      "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "load_ms_digest", "visitors_distinct"
    from "page_views"."panes" for version as of 11
    where grain = 'day' and arrived_from >= ? and arrived_until <= ?
  )
  group by "site", "path", date_trunc('day', window_start), cast(floor(to_unixtime(arrived_from) / 600) as bigint)
),
paired as (
  select
    coalesce(finest."site", rollups."site") as "site",
    coalesce(finest."path", rollups."path") as "path",
    coalesce(finest."event start", rollups."event start") as "event start",
    coalesce(finest."arrival bucket", rollups."arrival bucket") as "arrival bucket",
    coalesce(finest."messages", 0) as "messages by finest",
    coalesce(rollups."messages", 0) as "messages by rollup",
    finest."load_ms_count" as "load_ms_count by finest",
    rollups."load_ms_count" as "load_ms_count by rollup",
    finest."load_ms_sum" as "load_ms_sum by finest",
    rollups."load_ms_sum" as "load_ms_sum by rollup",
    finest."load_ms_min" as "load_ms_min by finest",
    rollups."load_ms_min" as "load_ms_min by rollup",
    finest."load_ms_max" as "load_ms_max by finest",
    rollups."load_ms_max" as "load_ms_max by rollup",
    finest."load_ms_max_at" as "load_ms_max_at by finest",
    rollups."load_ms_max_at" as "load_ms_max_at by rollup",
    finest."load_ms_digest" as "load_ms_digest by finest",
    rollups."load_ms_digest" as "load_ms_digest by rollup",
    finest."visitors_distinct" as "visitors_distinct by finest",
    rollups."visitors_distinct" as "visitors_distinct by rollup"
  from finest
  full outer join rollups
    on finest."site" = rollups."site" and finest."path" = rollups."path" and finest."event start" = rollups."event start" and finest."arrival bucket" = rollups."arrival bucket"
)
select *, count(*) over ()
from paired
where
  "messages by finest" is distinct from "messages by rollup"
  or "load_ms_count by finest" is distinct from "load_ms_count by rollup"
  or "load_ms_sum by finest" is distinct from "load_ms_sum by rollup"
  or "load_ms_min by finest" is distinct from "load_ms_min by rollup"
  or "load_ms_max by finest" is distinct from "load_ms_max by rollup"
  or "load_ms_max_at by finest" is distinct from "load_ms_max_at by rollup"
  or "load_ms_digest by finest" is distinct from "load_ms_digest by rollup"
  or "visitors_distinct by finest" is distinct from "visitors_distinct by rollup"
order by "arrival bucket", "event start", "site", "path"
limit 100
-- values:
--   2026-03-05 00:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   2026-03-05 00:00:00+00:00
--   2026-03-05 09:00:00+00:00
