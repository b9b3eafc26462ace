select breakdown, sum(messages)
from panes
where grain = 'day'
group by breakdown
