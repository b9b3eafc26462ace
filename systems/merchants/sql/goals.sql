{#- Of each goal: its visitors, how often it was met, and what that earned by currency of the site. -#}
{%- from "conditions.sql" import met as holds -%}
{% include "marked.sql" %}, of_visitors as (
  select
    visitor,
    {%- for goal in goals %}
    count_if({{ holds(goal) }}) as times{{ loop.index }},
    sum(case when {{ holds(goal) }} and currency = ? then revenue end) as earned{{ loop.index }}{{ "," if not loop.last }}
    {%- endfor %}
  from seen
  group by visitor
)
select
  count(*) as visitors,
  {%- for goal in goals %}
  count_if(times{{ loop.index }} > 0) as visitors{{ loop.index }},
  coalesce(sum(times{{ loop.index }}), 0) as times{{ loop.index }},
  sum(earned{{ loop.index }}) as earned{{ loop.index }}{{ "," if not loop.last }}
  {%- endfor %}
from of_visitors
