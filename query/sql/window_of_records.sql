{#- A window of messages merged into one row per group, as panes of them would be. A page has the first groups, in the
    order of the keys, of those beyond a cursor. -#}
{%- from "groups_beyond.sql" import beyond -%}
{%- macro among(conditions) -%}
  {%- for column, count in conditions %}
    {{- " and " if not loop.first }}{{ column }} in ({{ (["?"] * count) | join(", ") }})
  {%- endfor %}
{%- endmacro -%}
{%- set grouped = keys | map(attribute="name") | map("ident") | list + (["at"] if bucket else []) -%}
with messages as (
  select
    event_time
    {%- for key in keys %},
    {{ key.sql }} as {{ key.name | ident }}
    {%- endfor %}
    {%- if bucket %},
    {{ bucket }} as at
    {%- endif %}
    {%- for each in read %},
    {{ each.sql }} as {{ each.name | ident }}
    {%- endfor %}
  from {{ table }} for version as of {{ snapshot }}
  where event_time >= ? and event_time < ?
  {%- for condition in where %}
    and {{ among([condition]) }}
  {%- endfor %}
  {%- if alternatives %}
    and ({% for rule in alternatives %}{{ " or " if not loop.first }}({{ among(rule) }}){% endfor %})
  {%- endif %}
  {%- if known %}
    and arrived < ?
  {%- endif %}
),
panes as (
  select
    {%- for name in grouped %}
    {{ name }},
    {%- endfor %}
    {%- for column in made %}
    {{ column.sql }} as {{ column.name | ident }}{{ "," if not loop.last }}
    {%- endfor %}
  from messages
  {%- if after %}
  where {{ beyond(keys | map(attribute="name") | list) }}
  {%- endif %}
  {%- if grouped %}
  group by {{ grouped | join(", ") }}
  {%- endif %}
)
select
  {%- for name in grouped %}
  {{ name }},
  {%- endfor %}
  {%- for column in merged %}
  {{ column.sql }} as {{ column.name | ident }}{{ "," if not loop.last }}
  {%- endfor %}
from panes
{%- if grouped %}
group by {{ grouped | join(", ") }}
{%- endif %}
{%- if limit %}
{%- if keys %}
order by {{ keys | map(attribute="name") | map("ident") | join(", ") }}
{%- endif %}
limit {{ limit }}
{%- endif %}
