{#- Panes that arrived within an interval, merged: one for each key and window, as if all had arrived in one window. -#}
insert into {{ target }} (
  {%- for name in dimensions %}{{ name | ident }}, {% endfor %}window_start, arrived_from, arrived_until
  {%- for column in columns %}, {{ column.name | ident }}{% endfor %}
)
with panes as (
  select *
  from {{ source }}
  where arrived_from >= ? and arrived_from < ?
)
select
  {%- for name in dimensions %}
  {{ name | ident }},
  {%- endfor %}
  window_start,
  cast(? as timestamp(6) with time zone),
  cast(? as timestamp(6) with time zone),
  {%- for column in columns %}
  {{ column.sql }}{{ "," if not loop.last }}
  {%- endfor %}
from panes
group by {% for name in dimensions %}{{ name | ident }}, {% endfor %}window_start
