{#- How many got how far through steps in their order. `from<n>` of an event: the latest moment at which a way through the
    first n steps began that ends with this event; later beginnings can do all that earlier ones can. A way begins
    inside the window, and lies within one visit or, from its first step on, within some days. -#}
{%- from "conditions.sql" import all_met, met as holds -%}
{%- set way = "partition by visitor" ~ (", visit_start" if not days else "") ~ ' order by event_time, "offset" rows between unbounded preceding and 1 preceding' -%}
{% include "marked.sql" %}, steps as (
  select
    marked.visitor,
    marked.visit_start,
    event_time,
    "offset",
    inside,
    {%- for step in steps %}
    {{ holds(step) }} as step{{ loop.index }}{{ "," if not loop.last }}
    {%- endfor %}
  from marked
  {%- if visits %}
  join kept on kept.visitor = marked.visitor and kept.visit_start = marked.visit_start
  {%- endif %}
  where {% for step in steps %}{{ " or " if not loop.first }}{{ holds(step) }}{% endfor %}
), reached1 as (
  select *, case when step1 and inside then event_time end as from1
  from steps
)
{%- for step in steps[1:] %}{% set at = loop.index + 1 %}, before{{ at }} as (
  select *, max(from{{ at - 1 }}) over ({{ way }}) as latest{{ at }}
  from reached{{ at - 1 }}
), reached{{ at }} as (
  select *, case when step{{ at }}{% if days %} and event_time <= latest{{ at }} + interval '{{ days }}' day{% endif %} then latest{{ at }} end as from{{ at }}
  from before{{ at }}
)
{%- endfor %}
select
  {%- for step in steps %}
  count(distinct case when from{{ loop.index }} is not null then visitor end) as visitors{{ loop.index }}{{ "," if not loop.last }}
  {%- endfor %}
from reached{{ steps | length }}
