insert into lake.{{ namespace | ident }}.accepted{% include "one_writer.sql" %}
(`partition`, `offset`, arrived, event_time{% for field in records %}, {{ field.column | ident }}{% endfor %}, definition_digest)
select
  `partition`,
  `offset`,
  cast(arrived as timestamp_ltz(6)),
  cast(event_time as timestamp_ltz(6))
{%- for field in records %},
  {{ field.stored }}
{%- endfor %},
  {{ digest | literal }}
from combined_accepted
where true
{%- include "singles_kept.sql" %}
