{#- The two states of a range of arrivals, merged by keys and joined: the part that all statements of a difference
    share. A column `old:x` or `new:x` is null where that side has no row for the keys. -#}
with
{%- for side in sides %}
{{ side.name }}_rows as (
  {%- if side.table %}
  select
    {%- for key in keys %}
    {{ key.sql }} as {{ key.name | ident }},
    {%- endfor %}
    {% for column in columns %}{{ column | stored(side.missing) }}{{ ", " if not loop.last }}{% endfor %}
  from {{ side.table }} for version as of {{ side.snapshot }}
  where {{ side.panes }} and arrived_from >= ? and arrived_from < ?
    {%- if span %}
    and window_start >= ? and window_start < ?
    {%- endif %}
    {%- include "rows_within.sql" %}
  {%- else %}
  select
    {%- for key in keys %}
    cast(null as {{ key.type }}) as {{ key.name | ident }},
    {%- endfor %}
    {% for column in columns %}{{ column | absent }}{{ ", " if not loop.last }}{% endfor %}
  where false
  {%- endif %}
),
{{ side.name }}_panes as (
  select
    {%- for key in keys %}
    {{ key.name | ident }},
    {%- endfor %}
    {%- for column in merged %}
    {{ column.sql }} as {{ column.name | ident }}{{ "," if not loop.last }}
    {%- endfor %}
  from {{ side.name }}_rows
  group by {% for key in keys %}{{ key.name | ident }}{{ ", " if not loop.last }}{% endfor %}
),
{%- endfor %}
pairs as (
  select
    {%- for key in keys %}
    coalesce(o.{{ key.name | ident }}, n.{{ key.name | ident }}) as {{ key.name | ident }},
    {%- endfor %}
    {%- for column in merged %}
    o.{{ column.name | ident }} as {{ ("old:" ~ column.name) | ident }},
    n.{{ column.name | ident }} as {{ ("new:" ~ column.name) | ident }}{{ "," if measures or not loop.last }}
    {%- endfor %}
    {%- for measure in measures %}
    cast(o.{{ (measure ~ "_sum") | ident }} as double) / nullif(o.{{ (measure ~ "_count") | ident }}, 0) as {{ ("old:" ~ measure ~ "_mean") | ident }},
    cast(n.{{ (measure ~ "_sum") | ident }} as double) / nullif(n.{{ (measure ~ "_count") | ident }}, 0) as {{ ("new:" ~ measure ~ "_mean") | ident }}{{ "," if not loop.last }}
    {%- endfor %}
  from old_panes as o full join new_panes as n
    on {% for key in keys %}o.{{ key.name | ident }} = n.{{ key.name | ident }}{{ " and " if not loop.last }}{% endfor %}
)
