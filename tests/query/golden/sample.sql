select "service"
from "health"."minute_panes" for version as of 11
limit 1
-- values:
