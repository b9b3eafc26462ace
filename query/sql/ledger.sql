select "partition", coalesce(max(last_offset) filter (where arrived_from >= ?), -1), sum(accepted), sum(rejected), sum(heartbeats), coalesce(sum(duplicates), 0)
from {{ table }}
group by "partition"
order by "partition"
