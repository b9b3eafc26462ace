create or replace view "shop".records
comment 'Shop: each accepted message, typed.' as
select
  event_time,
  arrived,
  "partition",
  "offset",
  "site",
  "page_path" as "path",
  "page_path",
  "visitor",
  "views",
  "engaging",
  "revenue",
  "seen",
  "limit",
  definition_digest
from "shop".accepted
