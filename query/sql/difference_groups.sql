{#- Both sides of each group of dimension values, all windows together; the largest relative change first. -#}
{% include "difference_pairs.sql" %},
scored as (
  select
    *,
    {% include "difference_score.sql" %} as ":score"
  from pairs
)
select
  count(*) over (),
  ":score",
  {%- for key in keys %}
  {{ key.name | ident }},
  {%- endfor %}
  {% for side in ("old:", "new:") %}{% set last = loop.last %}{% for column in shown %}{{ (side ~ column.name) | ident }}{{ ", " if not (last and loop.last) }}{% endfor %}{% endfor %}
from scored
order by ":score" desc, coalesce("new:messages", 0) + coalesce("old:messages", 0) desc
  {%- for key in keys %}, {{ key.name | ident }}{% endfor %}
limit {{ limit }}
