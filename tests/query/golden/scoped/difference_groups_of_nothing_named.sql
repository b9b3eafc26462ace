with
old_rows as (
  select
    0 as ":all",
    "messages"
  from "page_views"."panes" for version as of 11
  where breakdown = 'site_path' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and "site" in (?)
),
old_panes as (
  select
    ":all",
    coalesce(sum("messages"), 0) as "messages"
  from old_rows
  group by ":all"
),
new_rows as (
  select
    0 as ":all",
    "messages"
  from "page_views-replay-7"."panes" for version as of 22
  where breakdown = 'site_path' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and "site" in (?)
),
new_panes as (
  select
    ":all",
    coalesce(sum("messages"), 0) as "messages"
  from new_rows
  group by ":all"
),
pairs as (
  select
    coalesce(o.":all", n.":all") as ":all",
    o."messages" as "old:messages",
    n."messages" as "new:messages"
  from old_panes as o full join new_panes as n
    on o.":all" = n.":all"
),
scored as (
  select
    *,
    array_max(array[
      case
        when "old:messages" is not distinct from "new:messages" then double '0'
        when "old:messages" is null or "new:messages" is null then double '1'
        else abs(cast("new:messages" as double) - "old:messages") / greatest(abs("old:messages"), abs("new:messages"))
      end
    ]) as ":score"
  from pairs
)
select
  count(*) over (),
  ":score",
  ":all",
  "old:messages", "new:messages"
from scored
order by ":score" desc, coalesce("new:messages", 0) + coalesce("old:messages", 0) desc, ":all"
limit 1000
-- values:
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   a
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   a
