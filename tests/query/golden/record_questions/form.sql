with records as (
  select
    "partition", "offset", arrived, event_time,
    "site" as "site",
    "visitor" as "visitor",
    "views" as "views",
    "engaging" as "engaging",
    "revenue" as "revenue",
    "seen" as "seen",
    "size" as "size"
  from "shop"."accepted" for version as of 44
  where event_time >= ? and event_time < ?
), found as (
  select *
  from records
  where true
    and "engaging" in (?)
    and "size" in (?, ?)
    and (strpos(lower("visitor"), lower(?)) > 0 )
)
select
  count(*),
  histogram(cast(cast(to_unixtime(date_trunc('day', cast(event_time at time zone 'Europe/Zurich' as timestamp))) as bigint) as varchar)),
  histogram(case when "site" in ('a''b', 'c') then "site" when "site" is not null then chr(31) end || chr(30) || cast("views" as varchar)),
  histogram(case when "site" in ('a''b', 'c') then "site" when "site" is not null then chr(31) end),
  histogram(cast("views" as varchar)),
  histogram(cast("engaging" as varchar)),
  cast(numeric_histogram(60, cast("revenue" as double)) as map(varchar, double)),
  count("revenue"),
  avg(cast("revenue" as double)),
  approx_percentile(cast("revenue" as double), array[0.25e0, 0.5e0, 0.75e0]),
  cast(min("revenue") as double),
  cast(max("revenue") as double),
  count("seen"),
  date_format(min("seen"), '%Y-%m-%d %H:%i'),
  date_format(max("seen"), '%Y-%m-%d %H:%i'),
  count("visitor"),
  max_by("visitor", event_time, 10) filter (where "visitor" is not null),
  histogram("size")
from found
-- values:
--   2026-03-02 10:00:00+00:00
--   2026-03-04 00:00:00+00:00
--   True
--   s
--   l
--   Ü%
