insert into lake.{{ namespace | ident }}.rejected /*+ options('write-parallelism'='1') */
select
  `partition`,
  `offset`,
  cast(arrived as timestamp_ltz(6)),
  coalesce(reason, 'too far in the future'),
  case when reason is null then {{ event_field | literal }} else `field` end,
  payload
from combined_messages
where (reason is not null or event_time > timestampadd(second, {{ max_ahead }}, arrived))
{%- include "singles_kept.sql" %}
