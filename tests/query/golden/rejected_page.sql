select arrived, "partition", "offset", reason, field,
  substr(payload, 1, 16384), length(payload)
from "health"."rejected" for version as of 33
where arrived >= ? and arrived < ?
  and reason = ?
  and (arrived < ? or (arrived = ? and ("partition" > ? or ("partition" = ? and "offset" < ?))))
order by arrived desc, "partition", "offset" desc
limit 101
-- values:
--   2026-03-01 10:17:00+00:00
--   2026-03-04 09:05:00+00:00
--   missing
--   1970-01-01 00:00:01.500000+00:00
--   1970-01-01 00:00:01.500000+00:00
--   3
--   3
--   17
