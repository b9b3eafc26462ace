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
where true
{%- if cut %}
  and window_end > timestamp {{ cut | literal }}
{%- endif %}
{%- if until %}
  and window_end <= timestamp {{ until | literal }}
{%- endif %}
group by `partition`, window_start, window_end
