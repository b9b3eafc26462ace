create temporary view finest as
select
{%- for name in keys %}
  {{ name | ident }},
{%- endfor %}
  `_event_start`,
  window_start as window_from,
  window_end as window_until,
  window_time as arrival,
{%- for column in columns %}
  {{ column.merged }} as {{ column.name | ident }}{{ "," if not loop.last }}
{%- endfor %}
from table(tumble(table combined_panes, descriptor(arrived), {{ arrival_seconds | interval }}))
group by
{%- for name in keys %}
  {{ name | ident }},
{%- endfor %}
  `_event_start`, window_start, window_end, window_time
