select "partition", max(last_offset), sum(accepted), sum(rejected), sum(heartbeats)
from "health"."ledger"
group by "partition"
order by "partition"
-- values:
