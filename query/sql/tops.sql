{#- The largest groups of several panels. Each pane counts in every panel of its breakdown; beside that, panes are those
    of a window. -#}
{%- macro key(place) -%}
  {%- set having = tops | selectattr("width", "gt", place) | list -%}
  {%- if having -%}
  case panel{% for top in having %} when {{ top.name | literal }} then {{ top.by[place] | ident }}{% endfor %} else '' end
  {%- else -%}
  ''
  {%- endif -%}
{%- endmacro -%}
{%- macro counts() -%}
  case panel{% for top in tops %} when {{ top.name | literal }} then {{ orders[top.name] | ident }}{% endfor %} end
{%- endmacro -%}
with panes as (
  select
    breakdown as of_breakdown,
    {%- for name in keys %}
    {{ name | ident }},
    {%- endfor %}
    {% for column in columns %}{{ column | stored(missing) }}{{ ", " if not loop.last }}{% endfor %}
  from {{ table }} for version as of {{ snapshot }}
  {%- include "panes_chosen.sql" %}
    {%- include "panes_counted.sql" %}
), panels as (
  select *
  from (values {% for top in tops %}({{ breakdowns[top.name] | literal }}, {{ top.name | literal }}){{ ", " if not loop.last }}{% endfor %}) as named (breakdown_name, panel)
), keyed as (
  select
    panel,
    {{ key(0) }} as key1,
    {{ key(1) }} as key2,
    {% for column in columns %}{{ column.name | ident }}{{ ", " if not loop.last }}{% endfor %}
  from panes
  join panels on breakdown_name = of_breakdown
), merged as (
  select
    panel,
    key1,
    key2,
    {%- for column in merged %}
    {{ column.sql }} as {{ column.name | ident }}{{ "," if not loop.last }}
    {%- endfor %}
  from keyed
  group by panel, key1, key2
), ranked as (
  select *, row_number() over (partition by panel order by {{ counts() }} desc, key1, key2) as place
  from merged
  where {{ counts() }} > 0
)
select panel, place, key1, key2, {% for column in merged %}{{ column.name | ident }}{{ ", " if not loop.last }}{% endfor %}
from ranked
where place > {{ after }} and place <= {% if tops | map(attribute="limit") | reject("none") | list -%}
  case panel{% for top in tops if top.limit is not none %} when {{ top.name | literal }} then {{ top.limit }}{% endfor %} else {{ after + limit }} end
{%- else %}{{ after + limit }}{% endif %}
