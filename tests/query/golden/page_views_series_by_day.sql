with panes as (
  select
    "site",
    date_trunc('day', window_start) as at,
    "messages", "visitors_distinct"
  from "page_views"."panes" for version as of 11
  where (part in (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))
    and window_start >= ? and window_end <= ?
    and (part in (?) or arrived_from >= ?)
)
select
  "site",
  at,
  sum("messages") as "messages",
  cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
from panes
group by "site", at
-- values:
--   all/day/2026-03
--   all/minute/2026-03-02T00
--   all/minute/2026-03-02T01
--   all/minute/2026-03-02T02
--   all/minute/2026-03-02T03
--   all/minute/2026-03-02T04
--   all/minute/2026-03-02T05
--   all/minute/2026-03-02T06
--   all/minute/2026-03-02T07
--   all/minute/2026-03-02T08
--   all/minute/2026-03-02T09
--   all/minute/2026-03-02T10
--   all/minute/2026-03-02T11
--   all/minute/2026-03-02T12
--   all/minute/2026-03-02T13
--   all/minute/2026-03-02T14
--   all/minute/2026-03-02T15
--   all/minute/2026-03-02T16
--   all/minute/2026-03-02T17
--   all/minute/2026-03-02T18
--   all/minute/2026-03-02T19
--   all/minute/2026-03-02T20
--   all/minute/2026-03-02T21
--   all/minute/2026-03-02T22
--   all/minute/2026-03-02T23
--   2026-03-02 00:00:00+00:00
--   2026-03-03 00:00:00+00:00
--   all/day/2026-03
--   2026-03-05 09:00:00+00:00
