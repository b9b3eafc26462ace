select breakdown, coalesce(sum("visits"), 0), coalesce(sum("bounces"), 0), coalesce(sum("visit_seconds"), 0)
from "page_views"."panes" for version as of 11
where (grain = 'minute' and breakdown in ('sites', 'exits')) and arrived_from >= ? and arrived_until <= ?
group by breakdown
order by breakdown