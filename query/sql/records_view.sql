create or replace view {{ stream | ident }}.records
comment {{ comment | literal }} as
select
  event_time,
  arrived,
  "partition",
  "offset"
{%- for name, column in columns.items() %},
  {{ column | ident }}{% if name != column %} as {{ name | ident }}{% endif %}
{%- endfor %},
  definition_digest
from {{ stream | ident }}.accepted
