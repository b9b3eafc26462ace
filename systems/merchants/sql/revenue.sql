{#- What was earned, by currency. -#}
{% include "marked.sql" %}
select currency, sum(revenue) as earned
from seen
where revenue is not null and currency <> ''
group by currency
order by earned desc, currency
