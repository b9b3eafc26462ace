with visits as (
  select
    visitor,
    visit_start,
    arg_min(source, "offset") as source,
    arg_min(browser, "offset") as browser,
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
  count(distinct visitor),
  count(*),
  coalesce(sum(views), 0)::bigint,
  count(*) filter (where counting < 2),
  coalesce(sum((epoch_us(ended) - epoch_us(visit_start)) // 1000000), 0)::bigint,
  coalesce(sum(events), 0)::bigint
from visits
where source = $source and browser = $browser
