{#- The versions of one submission, from the first to the newest: the number of each, when the first was sent and when it
    arrived, and all its fields. `records` have all versions. -#}
found as (
  select *
  from records
  where {{ submission | ident }} = ?
)
select
  coalesce(try_cast({{ version | ident }} as bigint), 1),
  event_time,
  arrived
  {%- for column in columns %},
  {{ column | ident }}
  {%- endfor %}
from found
order by 1, arrived, "offset"
limit {{ most }}
