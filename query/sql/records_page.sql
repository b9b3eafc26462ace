{#- Records of a span, newest first: no more than a limit, and none after their texts have so many characters. -#}
with found as (
  select
    cast(round(to_unixtime(event_time) * 1000) as bigint) as at,
    "partition" as p,
    "offset" as o,
    cast(round(to_unixtime(arrived) * 1000) as bigint) as arrived
    {%- for column in columns %},
    {{ column.sql }} as c{{ loop.index0 }}
    {%- endfor %}
  from {{ table }} for version as of {{ snapshot }}
  where event_time >= ? and event_time < ?
  {%- include "records_where.sql" %}
  {%- if after %}
    and (event_time < ? or (event_time = ? and ("partition" > ? or ("partition" = ? and "offset" < ?))))
  {%- endif %}
  order by event_time desc, "partition", "offset" desc
  limit {{ limit }}
),
sized as (
  select *,
    count(*) over () as found,
    sum({{ size }}) over (order by at desc, p, o desc rows between unbounded preceding and 1 preceding) as before
  from found
)
select found, at, p, o, arrived{% for _ in columns %}, c{{ loop.index0 }}{% endfor %}
from sized
where coalesce(before, 0) < {{ most }}
order by at desc, p, o desc
