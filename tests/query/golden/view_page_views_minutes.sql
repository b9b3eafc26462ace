create or replace view "page_views".minutes
comment 'Page views per minute; load_ms: Load time, ms; visitors: Visitors, distinct' as
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
from "page_views".panes
where grain = 'minute'
group by "site", "path", window_start
