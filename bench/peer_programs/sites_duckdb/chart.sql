select
  count(distinct visitor),
  sum(view)::bigint,
  epoch_us(event_time) // 3600000000 * 3600 as hour
from accepted
where
  site = $site
  and event_time >= make_timestamptz($start)
  and event_time < make_timestamptz($end)
group by hour
order by hour
