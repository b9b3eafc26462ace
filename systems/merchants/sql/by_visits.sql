{#- Numbers by what a visit has one value of: each panel is a set of keys, told by the bits of `grouping`; the total has
    none. A panel has the rows of the places that are asked for, in the order of what it counts. -#}
{% include "marked.sql" %}, found as (
  select
    {% for name in keys %}{{ name | ident }}, {% endfor -%}
    {% if keys %}grouping({{ keys | map("ident") | join(", ") }}){% else %}0{% endif %} as panel,
    count(distinct case when events > 0 then visitor end) as visitors,
    count_if(begun) as visits,
    coalesce(sum(views), 0) as views,
    coalesce(sum(bounced) filter (where begun), 0) as bounces,
    coalesce(sum(seconds) filter (where begun), 0) as seconds,
    coalesce(sum(events), 0) as events
  from kept
  {%- if keys %}
  group by grouping sets (
    {%- for panel in panels %}({{ panel.by | map("ident") | join(", ") }}){{ ", " if not loop.last }}{% endfor %})
  {%- endif %}
), counted as (
  select *, {% if counting_visits %}case when panel in ({{ counting_visits | join(", ") }}) then visits else visitors end{% else %}visitors{% endif %} as counts
  from found
), ranked as (
  select *, row_number() over (partition by panel order by counts desc{% for name in keys %}, {{ name | ident }}{% endfor %}) as place
  from counted
  where counts > 0
)
select {% for name in keys %}{{ name | ident }}, {% endfor %}panel, visitors, visits, views, bounces, seconds, events
from ranked
where place > ? and place <= ?
order by panel, place
