with
old_rows as (
  select
    date_trunc('hour', window_start) as ":at",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_max", "visitors_distinct"
  from "page_views"."panes" for version as of 11
  where breakdown = 'site_path' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and (
      ("path" in (?, ?) and "site" in (?))
      or ("site" in (?))
    )
),
old_panes as (
  select
    ":at",
    coalesce(sum("messages"), 0) as "messages",
    coalesce(sum("load_ms_count"), 0) as "load_ms_count",
    sum("load_ms_sum") as "load_ms_sum",
    max("load_ms_max") as "load_ms_max",
    cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
  from old_rows
  group by ":at"
),
new_rows as (
  select
    date_trunc('hour', window_start) as ":at",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_max", "visitors_distinct"
  from "page_views-replay-7"."panes" for version as of 22
  where breakdown = 'site_path' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and (
      ("path" in (?, ?) and "site" in (?))
      or ("site" in (?))
    )
),
new_panes as (
  select
    ":at",
    coalesce(sum("messages"), 0) as "messages",
    coalesce(sum("load_ms_count"), 0) as "load_ms_count",
    sum("load_ms_sum") as "load_ms_sum",
    max("load_ms_max") as "load_ms_max",
    cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
  from new_rows
  group by ":at"
),
pairs as (
  select
    coalesce(o.":at", n.":at") as ":at",
    o."messages" as "old:messages",
    n."messages" as "new:messages",
    o."load_ms_count" as "old:load_ms_count",
    n."load_ms_count" as "new:load_ms_count",
    o."load_ms_sum" as "old:load_ms_sum",
    n."load_ms_sum" as "new:load_ms_sum",
    o."load_ms_max" as "old:load_ms_max",
    n."load_ms_max" as "new:load_ms_max",
    o."visitors_distinct" as "old:visitors_distinct",
    n."visitors_distinct" as "new:visitors_distinct",
    cast(o."load_ms_sum" as double) / nullif(o."load_ms_count", 0) as "old:load_ms_mean",
    cast(n."load_ms_sum" as double) / nullif(n."load_ms_count", 0) as "new:load_ms_mean"
  from old_panes as o full join new_panes as n
    on o.":at" = n.":at"
)
select
  ":at",
  "old:messages", "old:load_ms_count", "old:load_ms_sum", "old:load_ms_max", "old:visitors_distinct", "new:messages", "new:load_ms_count", "new:load_ms_sum", "new:load_ms_max", "new:visitors_distinct"
from pairs
order by ":at"
-- values:
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   /
--   /home
--   a
--   b
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   /
--   /home
--   a
--   b
