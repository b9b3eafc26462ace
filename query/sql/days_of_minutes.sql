{#- Day panes made of minute panes, as the job makes them: one for each arrival window of day panes. -#}
insert into {{ target }} (
  {%- for name in dimensions %}{{ name | ident }}, {% endfor %}window_start, arrived_from, arrived_until
  {%- for column in columns %}, {{ column.name | ident }}{% endfor %}
)
with panes as (
  select
    *,
    date_trunc('day', window_start) as day,
    floor(to_unixtime(arrived_from) / {{ arrival_seconds }}) * {{ arrival_seconds }} as arrival
  from {{ source }} for version as of {{ snapshot }}
  where arrived_from >= ? and arrived_from < ?
)
select
  {%- for name in dimensions %}
  {{ name | ident }},
  {%- endfor %}
  day,
  cast(from_unixtime(arrival) as timestamp(6) with time zone),
  cast(from_unixtime(arrival + {{ arrival_seconds }}) as timestamp(6) with time zone),
  {%- for column in columns %}
  {{ column.sql }}{{ "," if not loop.last }}
  {%- endfor %}
from panes
group by {% for name in dimensions %}{{ name | ident }}, {% endfor %}day, arrival
