insert into lake.{{ namespace | ident }}.ledger /*+ options('write-parallelism'='1') */
select
  `partition`,
  cast(window_start as timestamp_ltz(6)),
  cast(window_end as timestamp_ltz(6)),
  min(`_first_offset`),
  max(`_last_offset`),
  sum(`_accepted`),
  sum(`_rejected`),
  sum(`_heartbeats`),
  sum(`_duplicates`)
from table(tumble(table combined_ledger, descriptor(arrived), {{ arrival_seconds | interval }}))
group by `partition`, window_start, window_end
{#- A condition on the window alone would be pushed below the aggregate, which then is a slower one. #}
having true
{%- if cut %}
  and (window_end > timestamp {{ cut | literal }} or sum(`_accepted`) < 0)
{%- endif %}
{%- if until %}
  and (window_end <= timestamp {{ until | literal }} or sum(`_accepted`) < 0)
{%- endif %}
