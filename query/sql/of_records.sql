{#- What a system makes of records: of those that the asker may see, in a span of event time. -#}
with records as (
  select
    {% for name in columns %}{{ name | ident }}{{ ", " if not loop.last }}{% endfor %}
  from {{ table }} for version as of {{ snapshot }}
  where event_time >= ? and event_time < ?
    {%- include "rows_within.sql" %}
), {{ body }}
