{#- Both sides of each bucket of event time, in order. -#}
{% include "difference_pairs.sql" %}
select
  ":at",
  {% for side in ("old:", "new:") %}{% set last = loop.last %}{% for column in shown %}{{ (side ~ column.name) | ident }}{{ ", " if not (last and loop.last) }}{% endfor %}{% endfor %}
from pairs
order by ":at"
