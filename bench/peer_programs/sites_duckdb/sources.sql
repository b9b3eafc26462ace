with visits as (
  select
    visitor,
    visit_start,
    arg_min(source, "offset") as source,
    sum(view) as views,
    count(*) as events,
    count(*) filter (where engaging) as counting,
    coalesce(max(event_time) filter (where engaging), visit_start) as ended
  from accepted
  where
    site = $site
    and event_time >= make_timestamptz($start)
    and event_time < make_timestamptz($end)
  group by visitor, visit_start
)

select
  count(distinct visitor) as visitors,
  count(*),
  count(*) filter (where counting < 2),
  source
from visits
group by source
order by visitors desc, source
limit 100
