select breakdown as counted, sum(messages) as messages
from panes
where grain = 'day'
group by breakdown
union all
select 'records' as counted, count(*) as messages
from accepted
