{#- How many records each length of time has, and how many characters their texts have; the newest first. -#}
select cast(to_unixtime(date_trunc('{{ unit }}', event_time)) as bigint), count(*), sum({{ size }})
from (
  select event_time
    {%- for column in columns %},
    {{ column.sql }} as c{{ loop.index0 }}
    {%- endfor %}
  from {{ table }} for version as of {{ snapshot }}
  where event_time >= ? and event_time < ?
  {%- include "records_where.sql" %}
)
group by date_trunc('{{ unit }}', event_time)
order by 1 desc
