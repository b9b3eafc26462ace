create or replace view {{ stream | ident }}.{{ view }}
comment {{ comment | literal }} as
select
  {%- for name in dimensions %}
  {{ name | ident }},
  {%- endfor %}
  window_start,
  {%- for column in columns %}
  {{ column.sql }} as {{ column.name | ident }}{{ "," if not loop.last }}
  {%- endfor %}
from {{ stream | ident }}.panes
where {{ panes }}
group by {{ keys | join(", ") }}
