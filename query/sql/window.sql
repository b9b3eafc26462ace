{#- Merge panes into one row per group. Those of the chosen parts whose windows lie in the span: rollups as far as they
    count, the finest panes at the edges, and beside rollups the finest panes that arrived after their cut. A dimension
    that can have one value only is no key, and not asked for: without any key Trino needs fewer stages. A page has the
    first groups, in the order of the keys, of those beyond a cursor. -#}
{%- macro beyond(names) -%}
  ({{ names[0] | ident }} > ?
  {%- if names[1:] %} or ({{ names[0] | ident }} = ? and {{ beyond(names[1:]) }}){% endif %})
{%- endmacro -%}
{%- macro among(parts) -%}
  {%- if parts.names %}part in ({{ (["?"] * parts.names | length) | join(", ") }}){% endif %}
  {%- for _ in parts.ranges %}{{ " or " if parts.names or not loop.first }}part between ? and ?{% endfor %}
{%- endmacro -%}
with panes as (
  select
    {%- for name in keys %}
    {{ name | ident }},
    {%- endfor %}
    {%- if bucket %}
    {{ bucket }} as at,
    {%- endif %}
    {% for column in columns %}{{ column | stored(missing) }}{{ ", " if not loop.last }}{% endfor %}
  from {{ table }} for version as of {{ snapshot }}
  where ({{ among(panes.parts) }})
    and window_start >= ? and window_end <= ?
    {%- include "rows_within.sql" %}
    {%- if after %}
    and {{ beyond(keys) }}
    {%- endif %}
    {%- if panes.late_from %}
    and (grain <> '{{ finest }}'
    {%- for _ in panes.edges %} or (window_start >= ? and window_end <= ?){% endfor %} or arrived_from >= ?)
    {%- endif %}
    {%- if panes.rolled_until %}
    and (grain = '{{ finest }}' or arrived_until <= ?)
    {%- endif %}
    {%- if panes.known_until %}
    and arrived_until <= ?
    {%- endif %}
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
{%- if numbers[1:] %}
having {% for number in numbers %}{{ number }} <> 0{{ " or " if not loop.last }}{% endfor %}
{%- endif %}
{%- if limit %}
{%- if keys %}
order by {{ keys | map("ident") | join(", ") }}
{%- endif %}
limit {{ limit }}
{%- endif %}
