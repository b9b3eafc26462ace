insert into lake.{{ namespace | ident }}.panes /*+ options('write-parallelism'='1') */
({% for name in dimensions %}{{ name | ident }}, {% endfor %}breakdown, grain, part, window_start, window_end, arrived_from, arrived_until
{%- for column in columns %}, {{ column.name | ident }}{% endfor %})
{#- A condition on the window alone would be pushed below the aggregate, which then would not be shared. Only minutes
    that a rollup's panes lack are rolled up. #}
{%- for grain, (prefix, period) in parts.items() %}
{%- set start = "event_minute" if grain == "minute" else "`_event_start`" %}
select
  {%- for name in dimensions %}
  {{ name | ident }},
  {%- endfor %}
  {{ breakdown | literal }},
  {{ grain | literal }},
  concat({{ prefix | literal }}, date_format({{ start }}, {{ period | literal }})),
  cast({{ start }} as timestamp_ltz(6)),
  cast(timestampadd({{ grain }}, 1, {{ start }}) as timestamp_ltz(6)),
  cast(window_from as timestamp_ltz(6)),
  cast(window_until as timestamp_ltz(6)),
  {%- for column in columns %}
  {{ column.stored }}{{ "," if not loop.last }}
  {%- endfor %}
from {{ grain }}s
where true
{%- if cut and grain == "minute" %}
  and (window_until > timestamp {{ cut | literal }} or messages < 0)
{%- endif %}
{%- if until %}
  and (window_until <= timestamp {{ until | literal }} or messages < 0)
{%- endif %}
{{- "\nunion all" if not loop.last }}
{%- endfor %}
