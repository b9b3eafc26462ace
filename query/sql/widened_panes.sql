{#- Panes of a layer that arrived within an interval, merged: one for each key and window, as if all had arrived in one
    window. -#}
{%- set formatted -%}
  {%- for grain, period in periods.items() -%}
    {%- if periods | length == 1 -%}
      format_datetime(window_start, {{ period | literal }})
    {%- else -%}
      {{ "case grain" if loop.first }} when {{ grain | literal }} then format_datetime(window_start, {{ period | literal }}){{ " end" if loop.last }}
    {%- endif -%}
  {%- endfor -%}
{%- endset -%}
{% include "insert_made.sql" %}
with panes as (
  select *
  from {{ source }}
  where {{ source_panes }} and arrived_from >= ? and arrived_from < ?
)
select
  {%- for name in dimensions %}
  {{ name | ident }},
  {%- endfor %}
  breakdown,
  grain,
  breakdown || '/' || grain || '/' || {{ formatted }},
  window_start,
  window_end,
  cast(? as timestamp(6) with time zone),
  cast(? as timestamp(6) with time zone),
  {%- for column in columns %}
  {{ column.sql }}{{ "," if not loop.last }}
  {%- endfor %}
from panes
group by {% for name in dimensions %}{{ name | ident }}, {% endfor %}breakdown, grain, window_start, window_end
