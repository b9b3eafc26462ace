select
  count(distinct visitor) as visitors,
  count(*),
  count(*) filter (where counting < 2),
  source
from visits
group by source
order by visitors desc, source
limit 100
