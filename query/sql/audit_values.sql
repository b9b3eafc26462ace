{#- Groups of panes whose merged finest panes are not the rollup's panes of the same arrivals. -#}
with
{%- for side in sides %}
{{ side.name }} as (
  select
    {%- for name in dimensions %}
    {{ name | ident }},
    {%- endfor %}
    date_trunc('{{ grain }}', window_start) as "event start",
    {{ bucket }} as "arrival bucket",
    {%- for column in merged %}
    {{ column.sql }} as {{ column.name | ident }}{{ "," if not loop.last }}
    {%- endfor %}
  from (
    select
      {%- for name in dimensions %}
      {{ name | ident }},
      {%- endfor %}
      window_start, arrived_from,
      {% for column in columns %}{{ column | stored(missing) }}{{ ", " if not loop.last }}{% endfor %}
    from {{ side.table }}{{ side.version }}
    where {{ side.panes }} and arrived_from >= ? and arrived_until <= ?
  )
  group by {% for name in dimensions %}{{ name | ident }}, {% endfor %}date_trunc('{{ grain }}', window_start), {{ bucket }}
),
{%- endfor %}
paired as (
  select
    {%- for name in dimensions %}
    coalesce(finest.{{ name | ident }}, rollups.{{ name | ident }}) as {{ name | ident }},
    {%- endfor %}
    coalesce(finest."event start", rollups."event start") as "event start",
    coalesce(finest."arrival bucket", rollups."arrival bucket") as "arrival bucket",
    {%- for pair in pairs %}
    {{ pair.finest }} as {{ pair.finest_name | ident }},
    {{ pair.rollup }} as {{ pair.rollup_name | ident }}{{ "," if not loop.last }}
    {%- endfor %}
  from finest
  full outer join rollups
    on {% for name in dimensions %}finest.{{ name | ident }} = rollups.{{ name | ident }} and {% endfor -%}
    finest."event start" = rollups."event start" and finest."arrival bucket" = rollups."arrival bucket"
)
{%- set differ %}
{%- for pair in pairs %}
  {{ "or " if not loop.first }}{{ pair.finest_name | ident }} is distinct from {{ pair.rollup_name | ident }}
{%- endfor %}
{%- endset %}
{%- if limit %}
select *, count(*) over ()
from paired
where
{{- differ }}
order by "arrival bucket", "event start"{% for name in dimensions %}, {{ name | ident }}{% endfor %}
limit {{ limit }}
{%- else %}
select distinct "arrival bucket"
from paired
where
{{- differ }}
order by "arrival bucket"
{%- endif %}
