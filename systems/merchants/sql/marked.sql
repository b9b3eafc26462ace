{#- What all statements of this system begin with. `records` are those of all days that the window reaches into, for a
    visit that begins inside goes on beyond it. `marked`: each with whether it meets the filters of events, and whether
    it is inside. `kept`: the visits that have one that meets them, and that meet the filters of visits. Where filters are
    of what a visit begins with, `marked` are those of visits that have a message which meets them: of the few that are
    kept, and of some others. -#}
{%- from "conditions.sql" import all_met -%}
marked as (
  select
    records.*,
    {{ all_met(conditions.events) }} as met,
    event_time >= ? and event_time < ? as inside
  from records
  {%- if visits and conditions.beginnings %}
  join (
    select distinct visitor as of_visitor, visit_start as of_visit_start
    from records
    where {{ all_met(conditions.beginnings) }}
  ) as begun_so on of_visitor = visitor and of_visit_start = visit_start
  {%- endif %}
)
{%- if visits %}, visits as (
  select
    visitor,
    visit_start,
    {%- if first %}
    min_by(row({% for name in first %}{{ ("path" if name == "entry" else name) | ident }}{{ ", " if not loop.last }}{% endfor %}), "offset") as began,
    {%- endif %}
    coalesce(max_by(path, row(event_time, "offset")) filter (where engaging and event_time >= visit_start), min_by(path, "offset")) as "exit",
    count_if(met and inside) as events,
    sum(case when met and inside then "view" else 0 end) as views,
    bool_or(met) as touched,
    count_if(engaging) as counting,
    coalesce(max(event_time) filter (where engaging), visit_start) as ended
  from marked
  group by visitor, visit_start
), kept as (
  select *
  from (
    select
      visitor,
      visit_start,
      {%- for name in first %}
      began[{{ loop.index }}] as {{ name | ident }},
      {%- endfor %}
      "exit",
      events,
      views,
      visit_start >= ? and visit_start < ? as begun,
      case when counting < 2 then 1 else 0 end as bounced,
      greatest(date_diff('second', visit_start, ended), 0) as seconds
    from visits
    where touched
  ) as named
  where {{ all_met(conditions.visits) }}
)
{%- endif %}
{%- if seen and conditions.by_beginnings %}, seen as (
  select *
  from (
    select
      *,
      {%- for name in first %}
      first_value({{ ("path" if name == "entry" else name) | ident }}) over (partition by visitor, visit_start order by "offset") as {{ ("began_" ~ name) | ident }}{{ "," if not loop.last }}
      {%- endfor %}
    from marked
  ) as of_visits
  where met and inside and {{ all_met(conditions.begun_with) }}
)
{%- elif seen %}, seen as (
  select marked.*
  from marked
  {%- if conditions.visits %}
  join kept on kept.visitor = marked.visitor and kept.visit_start = marked.visit_start
  {%- endif %}
  where met and inside
)
{%- endif %}
