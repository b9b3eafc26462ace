{#- Rejected messages by partition and arrival interval: counted by the ledger; kept, and with different offsets. -#}
select 'ledger', "partition", arrived_from, arrived_until, sum(rejected), sum(rejected)
from {{ ledger }}{{ ledger_version }}
where arrived_from < ? and rejected <> 0
group by "partition", arrived_from, arrived_until
{%- if rejected_version %}
union all
select 'rejected', "partition", arrived_from, date_add('second', {{ seconds }}, arrived_from),
  count(*), count(distinct "offset")
from (
  select "partition", "offset",
    date_add('second', -(second(arrived) % {{ seconds }}), date_trunc('second', arrived)) as arrived_from
  from {{ rejected }}{{ rejected_version }}
  where arrived < ?
)
group by "partition", arrived_from
{%- endif %}
