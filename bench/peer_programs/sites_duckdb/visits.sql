with visits as (
  select
    visitor,
    visit_start,
    arg_min(country, "offset") as country,
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

