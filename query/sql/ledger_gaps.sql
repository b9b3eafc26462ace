{#- Offsets that no row of the ledger counts, between two that some do. -#}
with runs as (
  select "partition", first_offset, arrived_from,
    max(last_offset) over before as last_before,
    max(arrived_until) over before as until_before
  from {{ table }}
  where arrived_from >= ?
  window before as (
    partition by "partition" order by first_offset, last_offset rows between unbounded preceding and 1 preceding
  )
)
select "partition", last_before + 1, first_offset - 1, until_before, arrived_from
from runs
where first_offset > last_before + 1
order by "partition", first_offset
