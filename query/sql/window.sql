{#- Merge panes into one row per group. Branches are disjoint: whole days, the minutes at the edges, and the minute
    panes of whole days that arrived after the day table's cut. A dimension that can have one value only is no key, and not
    asked for: without any key Trino needs fewer stages. A page has the first groups, in the order of the keys, of those
    beyond a cursor. -#}
{%- macro beyond(names) -%}
  ({{ names[0] | ident }} > ?
  {%- if names[1:] %} or ({{ names[0] | ident }} = ? and {{ beyond(names[1:]) }}){% endif %})
{%- endmacro -%}
with panes as (
{%- for branch in branches %}
  select
    {%- for name in keys %}
    {{ name | ident }},
    {%- endfor %}
    {%- if bucket %}
    {{ bucket }} as at,
    {%- endif %}
    {% for column in columns %}{{ column | stored(branch.missing) }}{{ ", " if not loop.last }}{% endfor %}
  from {{ branch.table }} for version as of {{ branch.snapshot }}
  where ({% for span in branch.spans %}{{ "or " if not loop.first }}(window_start >= ? and window_start < ?){{ " " if not loop.last }}{% endfor %})
    {%- for name, count in where %}
    and {{ name | ident }} in ({{ (["?"] * count) | join(", ") }})
    {%- endfor %}
    {%- if after %}
    and {{ beyond(keys) }}
    {%- endif %}
    {%- if branch.arrived_from %}
    and arrived_from >= ?
    {%- endif %}
    {%- if branch.arrived_until %}
    and arrived_until <= ?
    {%- endif %}
  {{- "\n  union all" if not loop.last }}
{%- endfor %}
)
select
  {%- for name in keys %}
  {{ name | ident }},
  {%- endfor %}
  {%- if bucket %}
  at,
  {%- endif %}
  {%- for column in merged %}
  {{ column.sql }} as {{ column.name | ident }}{{ "," if not loop.last }}
  {%- endfor %}
from panes
{%- set grouped = keys | map("ident") | list + (["at"] if bucket else []) %}
{%- if grouped %}
group by {{ grouped | join(", ") }}
{%- endif %}
{%- if limit %}
{%- if keys %}
order by {{ keys | map("ident") | join(", ") }}
{%- endif %}
limit {{ limit }}
{%- endif %}
