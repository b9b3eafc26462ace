{#- Numbers per step: of events by when they happened, of visits by when they began. -#}
{% include "marked.sql" %}, points as (
  select
    {{ happened }} as moment,
    count(distinct visitor) as visitors, 0 as visits, sum("view") as views, 0 as bounces, 0 as seconds, count(*) as events
  from seen
  group by 1
  union all
  select
    {{ began }} as moment,
    0 as visitors, count(*) as visits, 0 as views, sum(bounced) as bounces, sum(seconds) as seconds, 0 as events
  from kept
  where begun
  group by 1
)
select
  moment, sum(visitors) as visitors, sum(visits) as visits, sum(views) as views, sum(bounces) as bounces,
  sum(seconds) as seconds, sum(events) as events
from points
group by moment
order by moment
