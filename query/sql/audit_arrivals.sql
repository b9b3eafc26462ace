{#- Messages by arrival interval, of the ledger and of the panes of each breakdown and grain, and how many the fullest
    pane holds; intervals without any are left out. -#}
{%- if ledger %}
select '', '', arrived_from, arrived_until, sum(accepted), bigint '0'
from {{ ledger }}{{ ledger_version }}
where arrived_from < ?
group by arrived_from, arrived_until
having sum(accepted) <> 0
{%- endif %}
{%- if panes %}
{{- "\nunion all" if ledger }}
select breakdown, grain, arrived_from, arrived_until, sum(messages), max(messages)
from {{ panes }}{{ panes_version }}
where arrived_from < ?
group by breakdown, grain, arrived_from, arrived_until
having sum(messages) <> 0
{%- endif %}
