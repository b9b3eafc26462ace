create temporary view {{ grain }}s as
select
{%- for name in keys %}
  {{ name | ident }},
{%- endfor %}
  floor(`_event_start` to {{ grain }}) as `_event_start`,
  {{ "greatest(window_start, timestamp " ~ (cut | literal) ~ ")" if cut else "window_start" }} as window_from,
  {{ "least(window_end, timestamp " ~ (until | literal) ~ ")" if until else "window_end" }} as window_until,
{%- for column in columns %}
  {{ column.merged }} as {{ column.name | ident }}{{ "," if not loop.last }}
{%- endfor %}
from table(tumble(table finest_of_{{ grain }}s, descriptor(arrival), {{ arrival_seconds | interval }}))
group by
{%- for name in keys %}
  {{ name | ident }},
{%- endfor %}
  floor(`_event_start` to {{ grain }}), window_start, window_end
