{#- Panes of the chosen parts whose windows lie in the span, of the rows asked for. #}
  where (
  {%- if panes.parts.names %}part in ({{ (["?"] * panes.parts.names | length) | join(", ") }}){% endif %}
  {%- for _ in panes.parts.ranges %}{{ " or " if panes.parts.names or not loop.first }}part between ? and ?{% endfor -%}
  )
    and window_start >= ? and window_end <= ?
    {%- include "rows_within.sql" %}
