select 'old', coalesce(sum(accepted), 0), coalesce(sum(rejected), 0), coalesce(sum(heartbeats), 0), coalesce(sum(duplicates), 0)
from "health"."ledger" for version as of 11
where arrived_from >= ? and arrived_from < ?
union all
select 'new', coalesce(sum(accepted), 0), coalesce(sum(rejected), 0), coalesce(sum(heartbeats), 0), coalesce(sum(duplicates), 0)
from "health-replay-7"."ledger" for version as of 22
where arrived_from >= ? and arrived_from < ?
-- values:
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
