create or replace view "access_log".days
comment 'Access log per day; addresses: Addresses, distinct' as
with counted as (
  select least(
    coalesce(
      (select max(arrived_until) from "access_log".panes where grain = 'day'),
      timestamp '1970-01-01 00:00:00 UTC'
    ),
    coalesce(
      (
        select from_iso8601_timestamp(split_part(value, '/', 1))
        from "access_log"."panes$properties"
        where key = 'windowpane.pending.day' and value <> ''
      ),
      timestamp '9999-12-31 00:00:00 UTC'
    )
  ) as until
),
panes as (
  select
    "did",
    "outcome",
    "stream",
    "who",
    window_start,
    "messages", "addresses_distinct"
  from "access_log".panes
  where grain = 'day' and arrived_until <= (select until from counted)
  union all
  select
    "did",
    "outcome",
    "stream",
    "who",
    date_trunc('day', window_start),
    "messages", "addresses_distinct"
  from "access_log".panes
  where grain = 'minute' and arrived_from >= (select until from counted)
)
select
  "did",
  "outcome",
  "stream",
  "who",
  window_start,
  coalesce(sum("messages"), 0) as "messages",
  cardinality(merge(cast("addresses_distinct" as hyperloglog))) as "addresses"
from panes
group by "did", "outcome", "stream", "who", window_start
