{#- What a system makes of records: of those that the asker may see, in a span of event time. -#}
with records as (
  select
    "partition", "offset", arrived, event_time
    {%- for sql, name in columns %},
    {{ sql }} as {{ name | ident }}
    {%- endfor %}
  from {{ table }} for version as of {{ snapshot }}
  where event_time >= ? and event_time < ?
    {%- include "records_where.sql" %}
), {{ body }}
