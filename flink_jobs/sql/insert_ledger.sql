insert into lake.{{ namespace | ident }}.ledger /*+ options('write-parallelism'='1') */
select
  `partition`,
  cast(window_start as timestamp_ltz(6)),
  cast(window_end as timestamp_ltz(6)),
  min(`offset`),
  max(`offset`),
  count(*) filter (where event_time <= timestampadd(second, {{ max_ahead }}, arrived)),
  count(*) filter (where reason is not null or event_time > timestampadd(second, {{ max_ahead }}, arrived)),
  count(*) filter (where reason is null and event_time is null)
from table(tumble(table messages, descriptor(arrived), {{ arrival_seconds | interval }}))
group by `partition`, window_start, window_end
{#- A condition on the window alone would be pushed below the aggregate, which then is a slower one. #}
having true
{%- if cut %}
  and (window_end > timestamp {{ cut | literal }} or count(*) < 0)
{%- endif %}
{%- if until %}
  and (window_end <= timestamp {{ until | literal }} or count(*) < 0)
{%- endif %}
