with records as (
  select
    "partition", "offset", arrived, event_time,
    "age" as "age"
  from "asked"."accepted" for version as of 44
  left join (
    select "id" as changed_submission, max(try_cast("version" as bigint)) as newest_version
    from "asked"."accepted" for version as of 44
    where event_time >= ? and event_time < ? and "version" <> '1'
    group by "id"
  ) as changed on "id" = changed_submission
  where event_time >= ? and event_time < ?
    and (newest_version is null or try_cast("version" as bigint) = newest_version)
), x as (select age from records) select * from x
-- values:
--   2026-03-02 00:00:00+00:00
--   2026-03-04 00:00:00+00:00
--   2026-03-02 00:00:00+00:00
--   2026-03-04 00:00:00+00:00
