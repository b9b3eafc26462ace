with
minutes as (
  select
    "site",
    "path",
    date_trunc('day', window_start) as "event day",
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
    from "page_views"."minute_panes" for version as of 11
    where arrived_from >= ? and arrived_until <= ?
  )
  group by "site", "path", date_trunc('day', window_start), cast(floor(to_unixtime(arrived_from) / 600) as bigint)
),
days as (
  select
    "site",
    "path",
    date_trunc('day', window_start) as "event day",
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
    from "page_views"."day_panes" for version as of 22
    where arrived_from >= ? and arrived_until <= ?
  )
  group by "site", "path", date_trunc('day', window_start), cast(floor(to_unixtime(arrived_from) / 600) as bigint)
),
paired as (
  select
    coalesce(minutes."site", days."site") as "site",
    coalesce(minutes."path", days."path") as "path",
    coalesce(minutes."event day", days."event day") as "event day",
    coalesce(minutes."arrival bucket", days."arrival bucket") as "arrival bucket",
    coalesce(minutes."messages", 0) as "messages by minute",
    coalesce(days."messages", 0) as "messages by day",
    minutes."load_ms_count" as "load_ms_count by minute",
    days."load_ms_count" as "load_ms_count by day",
    minutes."load_ms_sum" as "load_ms_sum by minute",
    days."load_ms_sum" as "load_ms_sum by day",
    minutes."load_ms_min" as "load_ms_min by minute",
    days."load_ms_min" as "load_ms_min by day",
    minutes."load_ms_max" as "load_ms_max by minute",
    days."load_ms_max" as "load_ms_max by day",
    minutes."load_ms_max_at" as "load_ms_max_at by minute",
    days."load_ms_max_at" as "load_ms_max_at by day",
    minutes."load_ms_digest" as "load_ms_digest by minute",
    days."load_ms_digest" as "load_ms_digest by day",
    minutes."visitors_distinct" as "visitors_distinct by minute",
    days."visitors_distinct" as "visitors_distinct by day"
  from minutes
  full outer join days
    on minutes."site" = days."site" and minutes."path" = days."path" and minutes."event day" = days."event day" and minutes."arrival bucket" = days."arrival bucket"
)
select *, count(*) over ()
from paired
where
  "messages by minute" is distinct from "messages by day"
  or "load_ms_count by minute" is distinct from "load_ms_count by day"
  or "load_ms_sum by minute" is distinct from "load_ms_sum by day"
  or "load_ms_min by minute" is distinct from "load_ms_min by day"
  or "load_ms_max by minute" is distinct from "load_ms_max by day"
  or "load_ms_max_at by minute" is distinct from "load_ms_max_at by day"
  or "load_ms_digest by minute" is distinct from "load_ms_digest by day"
  or "visitors_distinct by minute" is distinct from "visitors_distinct by day"
order by "arrival bucket", "event day", "site", "path"
limit 100
-- values:
--   2026-03-05 00:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   2026-03-05 00:00:00+00:00
--   2026-03-05 09:00:00+00:00
