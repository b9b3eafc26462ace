with
old_rows as (
  select
    "site" as "site",
    "path" as "path",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "visitors_distinct"
  from "page_views"."panes" for version as of 11
  where breakdown = 'site_path' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and (
      ("path" in (?, ?) and "site" in (?))
      or ("site" in (?))
    )
),
old_panes as (
  select
    "site",
    "path",
    coalesce(sum("messages"), 0) as "messages",
    coalesce(sum("load_ms_count"), 0) as "load_ms_count",
    sum("load_ms_sum") as "load_ms_sum",
    min("load_ms_min") as "load_ms_min",
    max("load_ms_max") as "load_ms_max",
    cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
  from old_rows
  group by "site", "path"
),
new_rows as (
  select
    "site" as "site",
    "path" as "path",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "visitors_distinct"
  from "page_views-replay-7"."panes" for version as of 22
  where breakdown = 'site_path' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and (
      ("path" in (?, ?) and "site" in (?))
      or ("site" in (?))
    )
),
new_panes as (
  select
    "site",
    "path",
    coalesce(sum("messages"), 0) as "messages",
    coalesce(sum("load_ms_count"), 0) as "load_ms_count",
    sum("load_ms_sum") as "load_ms_sum",
    min("load_ms_min") as "load_ms_min",
    max("load_ms_max") as "load_ms_max",
    cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
  from new_rows
  group by "site", "path"
),
pairs as (
  select
    coalesce(o."site", n."site") as "site",
    coalesce(o."path", n."path") as "path",
    o."messages" as "old:messages",
    n."messages" as "new:messages",
    o."load_ms_count" as "old:load_ms_count",
    n."load_ms_count" as "new:load_ms_count",
    o."load_ms_sum" as "old:load_ms_sum",
    n."load_ms_sum" as "new:load_ms_sum",
    o."load_ms_min" as "old:load_ms_min",
    n."load_ms_min" as "new:load_ms_min",
    o."load_ms_max" as "old:load_ms_max",
    n."load_ms_max" as "new:load_ms_max",
    o."visitors_distinct" as "old:visitors_distinct",
    n."visitors_distinct" as "new:visitors_distinct",
    cast(o."load_ms_sum" as double) / nullif(o."load_ms_count", 0) as "old:load_ms_mean",
    cast(n."load_ms_sum" as double) / nullif(n."load_ms_count", 0) as "new:load_ms_mean"
  from old_panes as o full join new_panes as n
    on o."site" = n."site" and o."path" = n."path"
),
scored as (
  select
    *,
    array_max(array[
      case
        when "old:messages" is not distinct from "new:messages" then double '0'
        when "old:messages" is null or "new:messages" is null then double '1'
        else abs(cast("new:messages" as double) - "old:messages") / greatest(abs("old:messages"), abs("new:messages"))
      end,
      case
        when "old:load_ms_count" is not distinct from "new:load_ms_count" then double '0'
        when "old:load_ms_count" is null or "new:load_ms_count" is null then double '1'
        else abs(cast("new:load_ms_count" as double) - "old:load_ms_count") / greatest(abs("old:load_ms_count"), abs("new:load_ms_count"))
      end,
      case
        when "old:load_ms_mean" is not distinct from "new:load_ms_mean" then double '0'
        when "old:load_ms_mean" is null or "new:load_ms_mean" is null then double '1'
        else abs(cast("new:load_ms_mean" as double) - "old:load_ms_mean") / greatest(abs("old:load_ms_mean"), abs("new:load_ms_mean"))
      end,
      case
        when "old:load_ms_min" is not distinct from "new:load_ms_min" then double '0'
        when "old:load_ms_min" is null or "new:load_ms_min" is null then double '1'
        else abs(cast("new:load_ms_min" as double) - "old:load_ms_min") / greatest(abs("old:load_ms_min"), abs("new:load_ms_min"))
      end,
      case
        when "old:load_ms_max" is not distinct from "new:load_ms_max" then double '0'
        when "old:load_ms_max" is null or "new:load_ms_max" is null then double '1'
        else abs(cast("new:load_ms_max" as double) - "old:load_ms_max") / greatest(abs("old:load_ms_max"), abs("new:load_ms_max"))
      end,
      case
        when "old:visitors_distinct" is not distinct from "new:visitors_distinct" then double '0'
        when "old:visitors_distinct" is null or "new:visitors_distinct" is null then double '1'
        else abs(cast("new:visitors_distinct" as double) - "old:visitors_distinct") / greatest(abs("old:visitors_distinct"), abs("new:visitors_distinct"))
      end
    ]) as ":score"
  from pairs
)
select
  count(*) over (),
  ":score",
  "site",
  "path",
  "old:messages", "old:load_ms_count", "old:load_ms_sum", "old:load_ms_max", "old:visitors_distinct", "new:messages", "new:load_ms_count", "new:load_ms_sum", "new:load_ms_max", "new:visitors_distinct"
from scored
order by ":score" desc, coalesce("new:messages", 0) + coalesce("old:messages", 0) desc, "site", "path"
limit 1000
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
