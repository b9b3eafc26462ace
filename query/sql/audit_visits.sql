{#- The numbers of visits in the finest panes of each breakdown, of what arrived in a range. -#}
select breakdown, {% for name in numbers %}coalesce(sum({{ name | ident }}), 0){{ ", " if not loop.last }}{% endfor %}
from {{ table }}{{ version }}
where ({{ panes }}){{ kept }} and arrived_from >= ? and arrived_until <= ?
group by breakdown
order by breakdown
