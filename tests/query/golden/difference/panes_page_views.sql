with
old_rows as (
  select
    cast(null as varchar) as "site",
    cast(null as varchar) as "path",
    cast(null as timestamp(6) with time zone) as "window_start",
    cast(null as bigint) as "messages", cast(null as bigint) as "load_ms_count", cast(null as bigint) as "load_ms_sum", cast(null as bigint) as "load_ms_min", cast(null as bigint) as "load_ms_max", cast(null as timestamp(6) with time zone) as "load_ms_max_at", cast(null as varbinary) as "visitors_distinct"
  where false
),
old_panes as (
  select
    "site",
    "path",
    "window_start",
    coalesce(sum("messages"), 0) as "messages",
    coalesce(sum("load_ms_count"), 0) as "load_ms_count",
    sum("load_ms_sum") as "load_ms_sum",
    min("load_ms_min") as "load_ms_min",
    max("load_ms_max") as "load_ms_max",
    (min(row(-"load_ms_max", "load_ms_max_at")) filter (where "load_ms_max" is not null))[2] as "load_ms_max_at",
    cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
  from old_rows
  group by "site", "path", "window_start"
),
new_rows as (
  select
    "site" as "site",
    "path" as "path",
    window_start as "window_start",
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "visitors_distinct"
  from "page_views-replay-7"."panes" for version as of 22
  where breakdown = 'site_path' and grain = 'minute' and arrived_from >= ? and arrived_from < ?
    and window_start >= ? and window_start < ?
),
new_panes as (
  select
    "site",
    "path",
    "window_start",
    coalesce(sum("messages"), 0) as "messages",
    coalesce(sum("load_ms_count"), 0) as "load_ms_count",
    sum("load_ms_sum") as "load_ms_sum",
    min("load_ms_min") as "load_ms_min",
    max("load_ms_max") as "load_ms_max",
    (min(row(-"load_ms_max", "load_ms_max_at")) filter (where "load_ms_max" is not null))[2] as "load_ms_max_at",
    cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
  from new_rows
  group by "site", "path", "window_start"
),
pairs as (
  select
    coalesce(o."site", n."site") as "site",
    coalesce(o."path", n."path") as "path",
    coalesce(o."window_start", n."window_start") as "window_start",
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
    o."load_ms_max_at" as "old:load_ms_max_at",
    n."load_ms_max_at" as "new:load_ms_max_at",
    o."visitors_distinct" as "old:visitors_distinct",
    n."visitors_distinct" as "new:visitors_distinct",
    cast(o."load_ms_sum" as double) / nullif(o."load_ms_count", 0) as "old:load_ms_mean",
    cast(n."load_ms_sum" as double) / nullif(n."load_ms_count", 0) as "new:load_ms_mean"
  from old_panes as o full join new_panes as n
    on o."site" = n."site" and o."path" = n."path" and o."window_start" = n."window_start"
),
judged as (
  select
    *,
    case
      when "old:messages" is null then 'only new'
      when "new:messages" is null then 'only old'
      when "old:messages" is not distinct from "new:messages"
        and "old:load_ms_count" is not distinct from "new:load_ms_count"
        and "old:load_ms_sum" is not distinct from "new:load_ms_sum"
        and "old:load_ms_min" is not distinct from "new:load_ms_min"
        and "old:load_ms_max" is not distinct from "new:load_ms_max"
        and "old:load_ms_max_at" is not distinct from "new:load_ms_max_at"
        and "old:visitors_distinct" is not distinct from "new:visitors_distinct" then 'equal'
      else 'changed'
    end as ":verdict",
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
  count_if(":verdict" = 'equal'),
  count_if(":verdict" = 'changed'),
  count_if(":verdict" = 'only old'),
  count_if(":verdict" = 'only new'),
  coalesce(sum("old:messages"), 0),
  coalesce(sum("new:messages"), 0),
  max_by(
    row(
      ":score",
      "site",
      "path",
      "window_start",
      "old:messages", "old:load_ms_count", "old:load_ms_sum", "old:load_ms_max", "old:visitors_distinct", "new:messages", "new:load_ms_count", "new:load_ms_sum", "new:load_ms_max", "new:visitors_distinct"
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
