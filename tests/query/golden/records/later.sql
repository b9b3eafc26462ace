with found as (
  select
    cast(round(to_unixtime(event_time) * 1000) as bigint) as at,
    "partition" as p,
    "offset" as o,
    cast(round(to_unixtime(arrived) * 1000) as bigint) as arrived,
    "site" as c0
  from "shop"."accepted" for version as of 44
  where event_time >= ? and event_time < ?
    and (event_time < ? or (event_time = ? and ("partition" > ? or ("partition" = ? and "offset" < ?))))
  order by event_time desc, "partition", "offset" desc
  limit 101
),
sized as (
  select *,
    count(*) over () as found,
    sum(80 + coalesce(length(c0), 0)) over (order by at desc, p, o desc rows between unbounded preceding and 1 preceding) as before
  from found
)
select found, at, p, o, arrived, c0
from sized
where coalesce(before, 0) < 4000000
order by at desc, p, o desc
-- values:
--   2026-03-02 10:17:00+00:00
--   2026-03-02 23:05:00+00:00
--   2026-03-02 10:40:00.123000+00:00
--   2026-03-02 10:40:00.123000+00:00
--   1
--   1
--   17
