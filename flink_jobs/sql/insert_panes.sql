insert into lake.{{ namespace | ident }}.{{ table | ident }} /*+ options('write-parallelism'='1') */
({% for name in dimensions %}{{ name | ident }}, {% endfor %}window_start, arrived_from, arrived_until
{%- for column in columns %}, {{ column.name | ident }}{% endfor %})
select
{%- for name in dimensions %}
  {{ name | ident }},
{%- endfor %}
  cast({{ event_column | ident }} as timestamp_ltz(6)),
  cast(window_from as timestamp_ltz(6)),
  cast(window_until as timestamp_ltz(6)),
{%- for column in columns %}
  {{ column.stored }}{{ "," if not loop.last }}
{%- endfor %}
from {{ source }}
{#- A condition on the window alone would be pushed below the aggregate, which then would not be shared. #}
where true
{%- if cut %}
  and (window_until > timestamp {{ cut | literal }} or messages < 0)
{%- endif %}
{%- if until %}
  and (window_until <= timestamp {{ until | literal }} or messages < 0)
{%- endif %}
