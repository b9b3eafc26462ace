with
old_rows as (
  select
    0 as ":all",
    window_start as "window_start",
    "messages"
  from "page_views"."panes" for version as of 11
  where breakdown = 'site_path' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and window_start >= ? and window_start < ?
    and "site" in (?)
),
old_panes as (
  select
    ":all",
    "window_start",
    coalesce(sum("messages"), 0) as "messages"
  from old_rows
  group by ":all", "window_start"
),
new_rows as (
  select
    0 as ":all",
    window_start as "window_start",
    "messages"
  from "page_views-replay-7"."panes" for version as of 22
  where breakdown = 'site_path' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and window_start >= ? and window_start < ?
    and "site" in (?)
),
new_panes as (
  select
    ":all",
    "window_start",
    coalesce(sum("messages"), 0) as "messages"
  from new_rows
  group by ":all", "window_start"
),
pairs as (
  select
    coalesce(o.":all", n.":all") as ":all",
    coalesce(o."window_start", n."window_start") as "window_start",
    o."messages" as "old:messages",
    n."messages" as "new:messages"
  from old_panes as o full join new_panes as n
    on o.":all" = n.":all" and o."window_start" = n."window_start"
),
judged as (
  select
    *,
    case
      when "old:messages" is null then 'only new'
      when "new:messages" is null then 'only old'
      when "old:messages" is not distinct from "new:messages" then 'equal'
      else 'changed'
    end as ":verdict",
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
  count_if(":verdict" = 'equal'),
  count_if(":verdict" = 'changed'),
  count_if(":verdict" = 'only old'),
  count_if(":verdict" = 'only new'),
  coalesce(sum("old:messages"), 0),
  coalesce(sum("new:messages"), 0),
  max_by(
    row(
      ":score",
      ":all",
      "window_start",
      "old:messages", "new:messages"
    ),
    row(":score", coalesce("old:messages", 0) + coalesce("new:messages", 0)),
    100
  ) filter (where ":verdict" <> 'equal')
from judged
-- values:
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   2026-03-04 00:00:00+00:00
--   2026-03-05 00:00:00+00:00
--   a
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   2026-03-04 00:00:00+00:00
--   2026-03-05 00:00:00+00:00
--   a
