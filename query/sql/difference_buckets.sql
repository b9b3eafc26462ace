{#- How many stored panes, of both sides together, lie in each bucket of event time. -#}
select at, count(*)
from (
{%- for side in sides if side.table %}
  select date_trunc('{{ bucket }}', window_start) as at
  from {{ side.table }} for version as of {{ side.snapshot }}
  where {{ side.panes }} and arrived_from >= ? and arrived_from < ?
    {%- include "rows_within.sql" %}
  {{- "\n  union all" if not loop.last }}
{%- endfor %}
)
group by at
order by at
