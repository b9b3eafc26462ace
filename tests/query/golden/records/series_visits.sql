with read as (
  select
    "partition", "offset", arrived, event_time, visit_start,
    "who" as "@key",
    coalesce("counts", true) as "@counts",
    greatest(
      floor(date_diff('millisecond', timestamp '1970-01-01 00:00:00 UTC', event_time) / 21600000e0),
      floor((date_diff('millisecond', timestamp '1970-01-01 00:00:00 UTC', arrived) - 5400000) / 21600000e0)
    ) as "@round",
    "path" as "path",
    if("who" is not null, X'020E0100' || reverse(substr(to_big_endian_64(bitwise_or(bitwise_left_shift(bitwise_right_shift(from_big_endian_64(reverse(substr(murmur3(to_utf8("who")), 1, 8))), 38), 6), if(bitwise_and(from_big_endian_64(reverse(substr(murmur3(to_utf8("who")), 1, 8))), 274877906943) = 0, 38, 38 - length(to_base(bitwise_and(from_big_endian_64(reverse(substr(murmur3(to_utf8("who")), 1, 8))), 274877906943), 2))))), 5, 4))) as "=visitors"
  from "shop"."accepted" for version as of 44
  where event_time >= ? and event_time < ?
),
ordered as (
  select *, max(arrived) over (partition by "partition", "@key", visit_start, "@round" order by "offset" rows between unbounded preceding and 1 preceding) as "@before"
  from read
),
told as (
  select *, count(case when date_diff('millisecond', "@before", arrived) > 5400000 then 1 end) over (partition by "partition", "@key", visit_start, "@round" order by "offset") as "@visit"
  from ordered
),
visits as (
  select
    visit_start,
    min_by("path", "offset") as "path",
    case when count_if("@counts") < 2 then 1 else 0 end as bounces,
    greatest(date_diff('second', visit_start, coalesce(max(event_time) filter (where "@counts"), visit_start)), 0) as visit_seconds
  from told
  where visit_start is not null
  group by "partition", "@key", visit_start, "@round", "@visit"
),
counted as (
  select
    event_time,
    "path",
    "=visitors",
    1 as messages, 0 as visits, 0 as bounces, 0 as visit_seconds
  from told
  union all
  select
    visit_start,
    "path",
    null,
    0, 1, bounces, visit_seconds
  from visits
),
messages as (
  select *,
    date_trunc('hour', event_time) as at
  from counted
  where event_time >= ? and event_time < ?
),
panes as (
  select
    "path",
    at,
    sum(messages) as "messages",
    sum(visits) as "visits",
    sum(bounces) as "bounces",
    sum(visit_seconds) as "visit_seconds",
    cast(merge(cast("=visitors" as hyperloglog)) as varbinary) as "visitors_distinct"
  from messages
  group by "path", at
)
select
  "path",
  at,
  sum("messages") as "messages",
  sum("visits") as "visits",
  sum("bounces") as "bounces",
  sum("visit_seconds") as "visit_seconds",
  cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
from panes
group by "path", at
-- values:
--   2026-03-02 06:00:00+00:00
--   2026-03-03 00:00:00+00:00
--   2026-03-02 10:17:00+00:00
--   2026-03-02 23:05:00+00:00
