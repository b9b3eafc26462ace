{#- What differs between the grains of one layer; `text` has %s in place of a grain, `period` names that grain's own. -#}
{%- macro of_grain(layer, text) -%}
  {%- if layer.grains | length == 1 -%}
    {{ text | replace("%grain", layer.grains[0].grain) | replace("%period", layer.grains[0].period | literal) }}
  {%- else -%}
    case
    {%- for each in layer.grains[1:] %} when breakdown in ({{ each.breakdowns | map("literal") | join(", ") }}) then {{ text | replace("%grain", each.grain) | replace("%period", each.period | literal) }}
    {%- endfor %} else {{ text | replace("%grain", layer.grains[0].grain) | replace("%period", layer.grains[0].period | literal) }} end
  {%- endif -%}
{%- endmacro -%}
insert into lake.{{ namespace | ident }}.panes /*+ options('write-parallelism'='1') */
({% for name in dimensions %}{{ name | ident }}, {% endfor %}breakdown, grain, part, window_start, window_end, arrived_from, arrived_until
{%- for column in columns %}, {{ column.name | ident }}{% endfor %})
{#- A condition on the window alone would be pushed below the aggregate, which then would not be shared. Only finest panes
    that a rollup's panes lack are rolled up. #}
{%- for layer in layers %}
select
  {%- for name in dimensions %}
  {{ name | ident }},
  {%- endfor %}
  {{ "breakdown" if several else breakdown | literal }},
  {{ of_grain(layer, "'%grain'") }},
  {{ of_grain(layer, ("concat(breakdown, '/%grain/', " if several else "concat('" ~ breakdown ~ "/%grain/', ") ~ "date_format(`_event_start`, %period))") }},
  cast(`_event_start` as timestamp_ltz(6)),
  cast({{ of_grain(layer, "timestampadd(%grain, 1, `_event_start`)") }} as timestamp_ltz(6)),
  cast(window_from as timestamp_ltz(6)),
  cast(window_until as timestamp_ltz(6)),
  {%- for column in columns %}
  {{ column.stored }}{{ "," if not loop.last }}
  {%- endfor %}
from {{ layer.view }}
where true
{%- if layer.cut %}
  and (window_until > timestamp {{ layer.cut | literal }} or messages < 0)
{%- endif %}
{%- if until %}
  and (window_until <= timestamp {{ until | literal }} or messages < 0)
{%- endif %}
{{- "\nunion all" if not loop.last }}
{%- endfor %}
