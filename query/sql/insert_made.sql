{#- Where panes that are made of panes are put. -#}
insert into {{ target }} (
  {%- for name in dimensions %}{{ name | ident }}, {% endfor %}breakdown, grain, part, window_start, window_end, arrived_from, arrived_until
  {%- for column in columns %}, {{ column.name | ident }}{% endfor %}
)
