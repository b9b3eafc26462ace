{#- Rollups made of minute panes, as the job makes them: one for each arrival window of rollups, which the range may cut
    short. Of minute panes that were merged by day of arrival, it is the day. -#}
insert into {{ target }} (
  {%- for name in dimensions %}{{ name | ident }}, {% endfor %}window_start, arrived_from, arrived_until
  {%- for column in columns %}, {{ column.name | ident }}{% endfor %}
)
with panes as (
  select
    *,
    date_trunc('{{ grain }}', window_start) as start,
    floor(to_unixtime(arrived_from) / {{ arrival_seconds }}) * {{ arrival_seconds }} as arrival
  from {{ source }} for version as of {{ snapshot }}
  where arrived_from >= ? and arrived_from < ?
)
select
  {%- for name in dimensions %}
  {{ name | ident }},
  {%- endfor %}
  start,
  cast(from_unixtime(arrival) as timestamp(6) with time zone),
  greatest(least(cast(from_unixtime(arrival + {{ arrival_seconds }}) as timestamp(6) with time zone), ?), max(arrived_until)),
  {%- for column in columns %}
  {{ column.sql }}{{ "," if not loop.last }}
  {%- endfor %}
from panes
group by {% for name in dimensions %}{{ name | ident }}, {% endfor %}start, arrival
