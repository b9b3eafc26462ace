{#- Numbers by what each event has a value of; as by visits. Visits are those that began inside. Of the panel
    `whole` there are all rows. -#}
{% include "marked.sql" %}, found as (
  select
    {% for name in keys %}{{ name | ident }}, {% endfor -%}
    grouping({{ keys | map("ident") | join(", ") }}) as panel,
    count(distinct visitor) as visitors,
    sum("view") as views,
    count(*) as events,
    sum(revenue) as earned
  from seen
  group by grouping sets (
    {%- for panel in panels %}({{ panel.by | map("ident") | join(", ") }}){{ ", " if not loop.last }}{% endfor %})
), ranked as (
  select *, row_number() over (partition by panel order by visitors desc{% for name in keys %}, {{ name | ident }}{% endfor %}) as place
  from found
)
select {% for name in keys %}{{ name | ident }}, {% endfor %}panel, visitors, views, events, earned
from ranked
where {% if whole is not none %}panel = {{ whole }} or {% endif %}place > ? and place <= ?
order by panel, place
