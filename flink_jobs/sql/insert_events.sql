insert into lake.{{ namespace | ident }}.events{% include "one_writer.sql" %}
(`partition`, `offset`, arrived, event_time, payload)
select
  `partition`,
  `offset`,
  cast(arrived as timestamp_ltz(6)),
  case when event_time <= timestampadd(second, {{ max_ahead }}, arrived) then cast(event_time as timestamp_ltz(6)) end,
  payload
from combined_messages
where true
{%- include "singles_kept.sql" %}
