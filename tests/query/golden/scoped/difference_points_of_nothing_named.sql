with
old_rows as (
  select
    date_trunc('hour', window_start) as ":at",
    "messages"
  from "page_views"."panes" for version as of 11
  where breakdown = 'site_path' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and "site" in (?)
),
old_panes as (
  select
    ":at",
    coalesce(sum("messages"), 0) as "messages"
  from old_rows
  group by ":at"
),
new_rows as (
  select
    date_trunc('hour', window_start) as ":at",
    "messages"
  from "page_views-replay-7"."panes" for version as of 22
  where breakdown = 'site_path' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and "site" in (?)
),
new_panes as (
  select
    ":at",
    coalesce(sum("messages"), 0) as "messages"
  from new_rows
  group by ":at"
),
pairs as (
  select
    coalesce(o.":at", n.":at") as ":at",
    o."messages" as "old:messages",
    n."messages" as "new:messages"
  from old_panes as o full join new_panes as n
    on o.":at" = n.":at"
)
select
  ":at",
  "old:messages", "new:messages"
from pairs
order by ":at"
-- values:
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   a
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   a
