{#- How the panes of a span differ, in one row: numbers of panes by verdict, messages of each side, and the panes that
    changed most, as rows of keys and both sides' columns. -#}
{% include "difference_pairs.sql" %},
judged as (
  select
    *,
    case
      when "old:messages" is null then 'only new'
      when "new:messages" is null then 'only old'
      when {% for column in columns %}{{ ("old:" ~ column.name) | ident }} is not distinct from {{ ("new:" ~ column.name) | ident }}
        {{- "\n        and " if not loop.last }}{% endfor %} then 'equal'
      else 'changed'
    end as ":verdict",
    {% include "difference_score.sql" %} as ":score"
  from pairs
)
select
  count_if(":verdict" = 'equal'),
  count_if(":verdict" = 'changed'),
  count_if(":verdict" = 'only old'),
  count_if(":verdict" = 'only new'),
  coalesce(sum("old:messages"), 0),
  coalesce(sum("new:messages"), 0),
  max_by(
    row(
      ":score",
      {%- for key in keys %}
      {{ key.name | ident }},
      {%- endfor %}
      {% for side in ("old:", "new:") %}{% set last = loop.last %}{% for column in shown %}{{ (side ~ column.name) | ident }}{{ ", " if not (last and loop.last) }}{% endfor %}{% endfor %}
    ),
    row(":score", coalesce("old:messages", 0) + coalesce("new:messages", 0)),
    {{ limit }}
  ) filter (where ":verdict" <> 'equal')
from judged
