select "service"
from "health"."panes" for version as of 11
limit 1
-- values:
