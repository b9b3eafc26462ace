select
  count(distinct visitor) as visitors,
  count(*),
  count(*) filter (where counting < 2),
  country
from visits
group by country
order by visitors desc, country
limit 100
