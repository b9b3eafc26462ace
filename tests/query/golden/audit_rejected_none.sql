select 'ledger', "partition", arrived_from, arrived_until, sum(rejected), sum(rejected)
from "health"."ledger" for version as of 44
where arrived_from < ? and rejected <> 0
group by "partition", arrived_from, arrived_until
-- values:
--   2026-03-05 09:00:00+00:00
