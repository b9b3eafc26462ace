select cast(to_unixtime(date_trunc('hour', event_time)) as bigint), count(*), sum(192 + coalesce(length(c0), 0) + coalesce(length(c1), 0) + coalesce(length(c2), 0))
from (
  select event_time,
    "site" as c0,
    "page_path" as c1,
    "visitor" as c2,
    "views" as c3,
    "engaging" as c4,
    "revenue" as c5,
    cast(round(to_unixtime("seen") * 1000) as bigint) as c6,
    "limit" as c7
  from "shop"."accepted" for version as of 44
  where event_time >= ? and event_time < ?
    and "site" in (?, ?)
    and "views" in (?)
    and "engaging" in (?)
)
group by date_trunc('hour', event_time)
order by 1 desc
-- values:
--   2026-03-02 10:17:00+00:00
--   2026-03-02 23:05:00+00:00
--   a
--   b
--   3
--   False
