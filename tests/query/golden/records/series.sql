with messages as (
  select
    event_time,
    "page_path" as "path",
    date_trunc('hour', event_time) as at,
    if("visitor" is not null, X'020E0100' || reverse(substr(to_big_endian_64(bitwise_or(bitwise_left_shift(bitwise_right_shift(from_big_endian_64(reverse(substr(murmur3(to_utf8("visitor")), 1, 8))), 38), 6), if(bitwise_and(from_big_endian_64(reverse(substr(murmur3(to_utf8("visitor")), 1, 8))), 274877906943) = 0, 38, 38 - length(to_base(bitwise_and(from_big_endian_64(reverse(substr(murmur3(to_utf8("visitor")), 1, 8))), 274877906943), 2))))), 5, 4))) as "=visitors"
  from "shop"."accepted" for version as of 44
  where event_time >= ? and event_time < ?
),
panes as (
  select
    "path",
    at,
    count(*) as "messages",
    cast(merge(cast("=visitors" as hyperloglog)) as varbinary) as "visitors_distinct"
  from messages
  group by "path", at
)
select
  "path",
  at,
  sum("messages") as "messages",
  cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
from panes
group by "path", at
-- values:
--   2026-03-02 10:17:00+00:00
--   2026-03-02 23:05:00+00:00
