create or replace view {{ stream | ident }}.days as
with panes as (
  select
    {%- for name in dimensions %}
    {{ name | ident }},
    {%- endfor %}
    window_start,
    {{ stored | map("ident") | join(", ") }}
  from {{ stream | ident }}.day_panes
  union all
  select
    {%- for name in dimensions %}
    {{ name | ident }},
    {%- endfor %}
    date_trunc('day', window_start),
    {{ stored | map("ident") | join(", ") }}
  from {{ stream | ident }}.minute_panes
  where arrived_from >= coalesce(
    (select max(arrived_until) from {{ stream | ident }}.day_panes),
    timestamp '1970-01-01 00:00:00 UTC'
  )
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
group by {% for name in dimensions %}{{ name | ident }}, {% endfor %}window_start
