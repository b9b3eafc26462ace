-- What each fact adds up to now: its number, or of a running total what it has over the date before in its series.
create table targets as
{% if running_total -%}
select k, number - coalesce(lag(number) over (partition by series order by date), 0) as target
from facts
where present
{%- else -%}
select k, number as target
from facts
where present
{%- endif %}
