select 'old', reason, count(*)
from "health"."rejected" for version as of 11
where arrived >= ? and arrived < ?
group by reason
union all
select 'new', reason, count(*)
from "health-replay-7"."rejected" for version as of 22
where arrived >= ? and arrived < ?
group by reason
-- values:
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
--   2026-03-05 08:00:00+00:00
--   2026-03-05 09:00:00+00:00
