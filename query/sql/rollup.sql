{#- Rollups made of finest panes, as the job makes them: one for each arrival window of rollups, which the range may cut
    short. Of finest panes that were merged by day of arrival, it is the day. -#}
{% include "insert_made.sql" %}
with panes as (
  select
    *,
    date_trunc('{{ grain }}', window_start) as start,
    floor(to_unixtime(arrived_from) / {{ arrival_seconds }}) * {{ arrival_seconds }} as arrival
  from {{ source }} for version as of {{ snapshot }}
  where {{ source_panes }} and arrived_from >= ? and arrived_from < ?
)
select
  {%- for name in dimensions %}
  {{ name | ident }},
  {%- endfor %}
  breakdown,
  {{ grain | literal }},
  breakdown || {{ ("/" ~ grain ~ "/") | literal }} || format_datetime(start, {{ period | literal }}),
  start,
  date_add('{{ grain }}', 1, start),
  greatest(cast(from_unixtime(arrival) as timestamp(6) with time zone), ?),
  greatest(least(cast(from_unixtime(arrival + {{ arrival_seconds }}) as timestamp(6) with time zone), ?), max(arrived_until)),
  {%- for column in columns %}
  {{ column.sql }}{{ "," if not loop.last }}
  {%- endfor %}
from panes
group by {% for name in dimensions %}{{ name | ident }}, {% endfor %}breakdown, start, arrival
