{#- Merge panes into one row per group. Those of the chosen parts whose windows lie in the span: rollups as far as they
    count, the finest panes at the edges, and beside rollups the finest panes that arrived after their cut. A dimension
    that can have one value only is no key, and not asked for: without any key Trino needs fewer stages. A page has the
    first groups, in the order of the keys, of those beyond a cursor. -#}
{%- from "groups_beyond.sql" import beyond -%}
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
  {%- include "panes_chosen.sql" %}
    {%- if after %}
    and {{ beyond(keys) }}
    {%- endif %}
    {%- include "panes_counted.sql" %}
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
