{#- What a system makes of records: of those that the asker may see, in a span of event time. Of a submission that was
    changed the newest version alone: few were, so that these few are looked for, and all others are as they are. -#}
with records as (
  select
    "partition", "offset", arrived, event_time
    {%- for sql, name in columns %},
    {{ sql }} as {{ name | ident }}
    {%- endfor %}
  from {{ table }} for version as of {{ snapshot }}
  {%- if versions %}{% set submission, version = versions %}
  left join (
    select {{ submission | ident }} as changed_submission, max(try_cast({{ version | ident }} as bigint)) as newest_version
    from {{ table }} for version as of {{ snapshot }}
    where event_time >= ? and event_time < ? and {{ version | ident }} <> '1'
    group by {{ submission | ident }}
  ) as changed on {{ submission | ident }} = changed_submission
  {%- endif %}
  where event_time >= ? and event_time < ?
  {%- if versions %}
    and (newest_version is null or try_cast({{ version | ident }} as bigint) = newest_version)
  {%- endif %}
    {%- include "records_where.sql" %}
), {{ body }}
