with records as (
  select
    "partition", "offset", arrived, event_time,
    "id" as "id",
    "version" as "version",
    "school" as "school",
    "age" as "age",
    "edited_by" as "edited_by",
    "edit_reason" as "edit_reason"
  from "asked"."accepted" for version as of 44
  where event_time >= ? and event_time < ?
), found as (
  select *
  from records
  where "id" = ?
)
select
  coalesce(try_cast("version" as bigint), 1),
  event_time,
  arrived,
  "id",
  "version",
  "school",
  "age",
  "edited_by",
  "edit_reason"
from found
order by 1, arrived, "offset"
limit 1000
-- values:
--   2025-03-17 01:17:46.368000+00:00
--   9991-01-01 00:00:00+00:00
--   0195a6d4-0000-7000-8000-000000000007
