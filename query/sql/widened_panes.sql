{#- Panes of a grain that arrived within an interval, merged: one for each key and window, as if all had arrived in one
    window. -#}
{% include "insert_made.sql" %}
with panes as (
  select *
  from {{ source }}
  where grain = {{ grain | literal }} and arrived_from >= ? and arrived_from < ?
)
select
  {%- for name in dimensions %}
  {{ name | ident }},
  {%- endfor %}
  {{ breakdown | literal }},
  {{ grain | literal }},
  {{ prefix | literal }} || format_datetime(window_start, {{ period | literal }}),
  window_start,
  window_end,
  cast(? as timestamp(6) with time zone),
  cast(? as timestamp(6) with time zone),
  {%- for column in columns %}
  {{ column.sql }}{{ "," if not loop.last }}
  {%- endfor %}
from panes
group by {% for name in dimensions %}{{ name | ident }}, {% endfor %}window_start, window_end
