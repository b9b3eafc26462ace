{#- Single messages by partition and arrival interval: counted by the ledger; kept, and with different offsets. -#}
select 'ledger', "partition", arrived_from, arrived_until, sum({{ counted }}), sum({{ counted }})
from {{ ledger }}{{ ledger_version }}
where arrived_from < ?{% if since %} and arrived_from >= ?{% endif %} and {{ counted }} <> 0
group by "partition", arrived_from, arrived_until
{%- if version %}
union all
select '{{ name }}', "partition", arrived_from, date_add('second', {{ seconds }}, arrived_from),
  count(*), count(distinct "offset")
from (
  select "partition", "offset",
    date_add('second', -(second(arrived) % {{ seconds }}), date_trunc('second', arrived)) as arrived_from
  from {{ table }}{{ version }}
  where arrived < ?{% if since %} and arrived >= ?{% endif %}
)
group by "partition", arrived_from
{%- endif %}
