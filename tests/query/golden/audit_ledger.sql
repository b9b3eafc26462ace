with judged as (
  select *,
    accepted + rejected + heartbeats + coalesce(duplicates, 0) = last_offset - first_offset + 1
      and count(*) over (partition by "partition", arrived_from) = 1 as whole
  from "health"."ledger" for version as of 44
  where arrived_from >= ? and arrived_from < ?
),
followed as (
  select *,
    coalesce(
      whole and lag(whole) over offsets
        and first_offset = lag(last_offset) over offsets + 1
        and arrived_from >= lag(arrived_until) over offsets,
      false
    ) as follows
  from judged
  window offsets as (partition by "partition" order by first_offset, last_offset, arrived_from)
),
numbered as (
  select *,
    sum(if(follows, 0, 1)) over (
      partition by "partition" order by first_offset, last_offset, arrived_from
      rows unbounded preceding
    ) as run
  from followed
)
select "partition",
  min(arrived_from), max(arrived_until), min(arrived_until), max(arrived_from),
  min(first_offset), max(last_offset), sum(accepted), sum(rejected), sum(heartbeats), sum(coalesce(duplicates, 0))
from numbered
group by "partition", run
order by "partition", min(first_offset), min(arrived_from)
-- values:
--   1970-01-01 00:00:00+00:00
--   9999-12-31 23:59:59.999999+00:00
