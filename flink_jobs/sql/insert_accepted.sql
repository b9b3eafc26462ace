insert into lake.{{ namespace | ident }}.accepted
(`partition`, `offset`, arrived, event_time{% for field in records %}, {{ field.column | ident }}{% endfor %})
select
  `partition`,
  `offset`,
  cast(arrived as timestamp_ltz(6)),
  cast(event_time as timestamp_ltz(6))
{%- for field in records %},
  {{ field.stored }}
{%- endfor %}
from combined_accepted
where true
{%- if cut %}
  and arrived >= cast(timestamp {{ cut | literal }} as timestamp_ltz(3))
{%- endif %}
{%- if until %}
  and arrived < cast(timestamp {{ until | literal }} as timestamp_ltz(3))
{%- endif %}
{%- for partition, offset in held.items() %}
  and (`partition` <> {{ partition }} or `offset` > {{ offset }})
{%- endfor %}
