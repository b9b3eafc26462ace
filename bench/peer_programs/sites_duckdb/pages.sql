select
  count(distinct visitor) as visitors,
  sum(view)::bigint,
  path
from accepted
where
  site = $site
  and event_time >= make_timestamptz($start)
  and event_time < make_timestamptz($end)
group by path
order by visitors desc, path
limit 100
