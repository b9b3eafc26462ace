select breakdown as counted, sum(messages) as messages
from panes
where grain = 'day' and starts_with(site, ?)
group by breakdown
union all
select 'records' as counted, count(*) as messages
from accepted
where starts_with(site, ?)
