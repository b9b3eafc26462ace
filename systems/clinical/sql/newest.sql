{#- What all statements of this system begin with. `records` are versions, also of later times than are asked for, where
    deletions stand. `found`: the newest version of each that is not deleted and happened inside. -#}
newest as (
  select
    *,
    row_number() over (partition by record order by version desc, updated_at desc, arrived desc, "offset" desc) as place
  from records
), found as (
  select {{ moment }} as moment, newest.*
  from newest
  where place = 1 and not deleted and status <> 'cancelled' and event_time >= ? and event_time < ?
    {%- for name in chosen %}
    and {{ name | ident }} = ?
    {%- endfor %}
)
