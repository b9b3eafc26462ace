with records as (
  select
    "partition", "offset", arrived, event_time,
    "page_path" as "page_path",
    "visitor" as "visitor",
    "revenue" as "revenue"
  from "shop"."accepted" for version as of 44
  where event_time >= ? and event_time < ?
    and "site" in (?)
), counted as (select visitor, count(*) as n from records where "offset" > ? group by 1) select * from counted
-- values:
--   2026-03-02 10:17:00+00:00
--   2026-03-02 23:05:00+00:00
--   a
--   7
