select "partition", max(last_offset), sum(accepted), sum(rejected), sum(heartbeats)
from {{ table }}
group by "partition"
order by "partition"
