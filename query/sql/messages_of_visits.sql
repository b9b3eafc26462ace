{#- Messages of whole visits, those that the window needs: each with the first dimensions of its visit, and beside them the
    visits themselves, in the place of their first message. -#}
{%- from "among.sql" import among, met -%}
{%- set in_round = 'partition by "partition", "@key", visit_start, "@round" order by "offset"' -%}
{%- set in_visit = 'partition by "partition", "@key", visit_start, "@round", "@visit"' -%}
read as (
  select
    "partition", "offset", arrived, event_time, visit_start,
    {{ visits.key | ident }} as "@key",
    {% if visits.counts %}coalesce({{ visits.counts | ident }}, true){% else %}true{% endif %} as "@counts",
    greatest(
      floor(date_diff('millisecond', timestamp '1970-01-01 00:00:00 UTC', event_time) / {{ visits.cut }}e0),
      floor((date_diff('millisecond', timestamp '1970-01-01 00:00:00 UTC', arrived) - {{ visits.known }}) / {{ visits.cut }}e0)
    ) as "@round"
    {%- for each in dimensions %},
    {{ each.sql }} as {{ each.name | ident }}
    {%- endfor %}
    {%- for each in read %},
    {{ each.sql }} as {{ each.name | ident }}
    {%- endfor %}
  from {{ table }} for version as of {{ snapshot }}
  where event_time >= ? and event_time < ?
  {%- if visits.within %}
    and {{ among([within]) }}
  {%- endif %}
  {%- if known %}
    and arrived < ?
  {%- endif %}
),
ordered as (
  select *, max(arrived) over ({{ in_round }} rows between unbounded preceding and 1 preceding) as "@before"
  from read
),
told as (
  select *, count(case when date_diff('millisecond', "@before", arrived) > {{ visits.known }} then 1 end) over ({{ in_round }}) as "@visit"
  from ordered
),
visits as (
  select
    visit_start,
    {%- for each in dimensions %}
    {% if each.last %}coalesce(max_by({{ each.name | ident }}, row(event_time, "offset")) filter (where "@counts" and event_time >= visit_start), {% endif -%}
    min_by({{ each.name | ident }}, "offset"){{ ")" if each.last }} as {{ each.name | ident }},
    {%- endfor %}
    case when count_if("@counts") < 2 then 1 else 0 end as bounces,
    greatest(date_diff('second', visit_start, coalesce(max(event_time) filter (where "@counts"), visit_start)), 0) as visit_seconds
  from told
  where visit_start is not null
  group by "partition", "@key", visit_start, "@round", "@visit"
),
counted as (
  select
    event_time,
    {%- for each in dimensions %}
    {% if each.first -%}
    case when visit_start is null then {{ each.name | ident }} else first_value({{ each.name | ident }}) over ({{ in_visit }} order by "offset") end as {{ each.name | ident }},
    {%- else -%}
    {{ each.name | ident }},
    {%- endif %}
    {%- endfor %}
    {%- for each in read %}
    {{ each.name | ident }},
    {%- endfor %}
    1 as messages, 0 as visits, 0 as bounces, 0 as visit_seconds
  from told
  union all
  select
    visit_start,
    {%- for each in dimensions %}
    {{ each.name | ident }},
    {%- endfor %}
    {%- for each in read %}
    null,
    {%- endfor %}
    0, 1, bounces, visit_seconds
  from visits
),
messages as (
  select *
    {%- if bucket %},
    {{ bucket }} as at
    {%- endif %}
  from counted
  where event_time >= ? and event_time < ?
  {{- met(where, alternatives) }}
)
