select arrived, "partition", "offset", reason, field,
  substr(payload, 1, 16384), length(payload)
from "health"."rejected" for version as of 33
where arrived >= ? and arrived < ?
order by arrived desc, "partition", "offset" desc
limit 101
-- values:
--   2026-03-02 10:17:00+00:00
--   2026-03-02 23:05:00+00:00
