with panes as (
  select
    "path",
    date_trunc('hour', window_start) as at,
    "messages", "visitors_distinct"
  from "page_views"."minute_panes" for version as of 11
  where ((window_start >= ? and window_start < ?))
    and "site" in (?)
)
select
  "path",
  at,
  sum("messages") as "messages",
  cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
from panes
group by "path", at
-- values:
--   2026-03-02 00:00:00+00:00
--   2026-03-03 00:00:00+00:00
--   a
