{#- Rollups up to where they are complete and count, and the finest panes that arrived later. -#}
{%- set table = (stream | ident) ~ ".panes" -%}
create or replace view {{ stream | ident }}.{{ view }}
comment {{ comment | literal }} as
with counted as (
  select least(
    coalesce(
      (select max(arrived_until) from {{ table }} where {{ panes }}),
      timestamp '1970-01-01 00:00:00 UTC'
    ),
    coalesce(
      (
        select from_iso8601_timestamp(split_part(value, '/', 1))
        from {{ stream | ident }}."panes$properties"
        where key = '{{ pending }}' and value <> ''
      ),
      timestamp '9999-12-31 00:00:00 UTC'
    )
  ) as until
),
panes as (
  select
    {%- for name in dimensions %}
    {{ name | ident }},
    {%- endfor %}
    window_start,
    {{ stored | map("ident") | join(", ") }}
  from {{ table }}
  where {{ panes }} and arrived_until <= (select until from counted)
  union all
  select
    {%- for name in dimensions %}
    {{ name | ident }},
    {%- endfor %}
    date_trunc('{{ grain }}', window_start),
    {{ stored | map("ident") | join(", ") }}
  from {{ table }}
  where {{ finest }} and arrived_from >= (select until from counted)
)
select
  {%- for name in dimensions %}
  {{ name | ident }},
  {%- endfor %}
  window_start,
  {%- for column in columns %}
  {{ column.sql }} as {{ column.name | ident }}{{ "," if not loop.last }}
  {%- endfor %}
from panes
group by {{ keys | join(", ") }}
