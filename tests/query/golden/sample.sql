select "service"
from "health"."panes" for version as of 11
where breakdown = 'service'
limit 1
-- values:
