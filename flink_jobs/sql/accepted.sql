create temporary view accepted as
select
{%- for name in dimensions %}
  {{ name | ident }},
{%- endfor %}
{%- for name in values %}
  {{ name | ident }},
{%- endfor %}
  event_time,
  floor(event_time to minute) as event_minute,
  arrived
from messages
where event_time <= timestampadd(second, {{ max_ahead }}, arrived)
