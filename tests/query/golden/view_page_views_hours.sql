create or replace view "page_views".hours
comment 'Page views per hour; load_ms: Load time, ms; visitors: Visitors, distinct' as
with counted as (
  select least(
    coalesce(
      (select max(arrived_until) from "page_views".panes where grain = 'hour'),
      timestamp '1970-01-01 00:00:00 UTC'
    ),
    coalesce(
      (
        select from_iso8601_timestamp(split_part(value, '/', 1))
        from "page_views"."panes$properties"
        where key = 'windowpane.pending.hour' and value <> ''
      ),
      timestamp '9999-12-31 00:00:00 UTC'
    )
  ) as until
),
panes as (
  select
    "site",
    "path",
    window_start,
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "load_ms_digest", "visitors_distinct"
  from "page_views".panes
  where grain = 'hour' and arrived_until <= (select until from counted)
  union all
  select
    "site",
    "path",
    date_trunc('hour', window_start),
    "messages", "load_ms_count", "load_ms_sum", "load_ms_min", "load_ms_max", "load_ms_max_at", "load_ms_digest", "visitors_distinct"
  from "page_views".panes
  where grain = 'minute' and arrived_from >= (select until from counted)
)
select
  "site",
  "path",
  window_start,
  coalesce(sum("messages"), 0) as "messages",
  coalesce(sum("load_ms_count"), 0) as "load_ms_count",
  sum("load_ms_sum") / (10e0 * nullif(sum("load_ms_count"), 0)) as "load_ms_mean",
  min("load_ms_min") / 10e0 as "load_ms_min",
  max("load_ms_max") / 10e0 as "load_ms_max",
  (min(row(-"load_ms_max", "load_ms_max_at")) filter (where "load_ms_max" is not null))[2] as "load_ms_max_at",
  value_at_quantile(merge(cast("load_ms_digest" as tdigest)), double '0.5') / 10e0 as "load_ms_p50",
  value_at_quantile(merge(cast("load_ms_digest" as tdigest)), double '0.95') / 10e0 as "load_ms_p95",
  value_at_quantile(merge(cast("load_ms_digest" as tdigest)), double '0.99') / 10e0 as "load_ms_p99",
  cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors"
from panes
group by "site", "path", window_start
