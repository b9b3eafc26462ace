create or replace view "access_log".minutes
comment 'Access log per minute; addresses: Addresses, distinct' as
select
  "did",
  "outcome",
  "stream",
  "who",
  window_start,
  coalesce(sum("messages"), 0) as "messages",
  cardinality(merge(cast("addresses_distinct" as hyperloglog))) as "addresses"
from "access_log".panes
where grain = 'minute'
group by "did", "outcome", "stream", "who", window_start
