insert into "page_views-rollups"."panes" ("site", "path", breakdown, grain, part, window_start, window_end, arrived_from, arrived_until, "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "load_ms_digest", "visitors_distinct"
)
with panes as (
  select
    *,
    date_trunc('hour', window_start) as start,
    floor(to_unixtime(arrived_from) / 600) * 600 as arrival
  from "page_views"."panes" for version as of 11
  where grain = 'minute' and arrived_from >= ? and arrived_from < ?
)
select
  "site",
  "path",
  breakdown,
  'hour',
  breakdown || '/hour/' || format_datetime(start, 'yyyy-MM-dd'),
  start,
  date_add('hour', 1, start),
  greatest(cast(from_unixtime(arrival) as timestamp(6) with time zone), ?),
  greatest(least(cast(from_unixtime(arrival + 600) as timestamp(6) with time zone), ?), max(arrived_until)),
  coalesce(sum("messages"), 0),
  coalesce(sum("load_ms_count"), 0),
  sum("load_ms_sum"),
  min("load_ms_min"),
  max("load_ms_max"),
  (min(row(-"load_ms_max", "load_ms_max_at")) filter (where "load_ms_max" is not null))[2],
  cast(merge(cast("load_ms_digest" as tdigest)) as varbinary),
  cast(merge(cast("visitors_distinct" as hyperloglog)) as varbinary)
from panes
group by "site", "path", breakdown, start, arrival
-- values:
--   2026-03-01 00:00:00+00:00
--   2026-03-02 00:00:00+00:00
--   2026-03-01 00:00:00+00:00
--   2026-03-02 00:00:00+00:00
