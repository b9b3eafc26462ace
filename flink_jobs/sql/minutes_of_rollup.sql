{#- The minute panes that a rollup's panes are made of: their arrival window may be cut short where the table was
    complete before, or where the job ends. A condition on the window alone would be pushed below the aggregate, which
    then would not be shared. -#}
create temporary view minutes_of_{{ grain }}s as
select *
from minutes
where true
{%- if cut %}
  and (window_from >= timestamp {{ cut | literal }} or messages < 0)
{%- endif %}
{%- if until %}
  and (window_until <= timestamp {{ until | literal }} or messages < 0)
{%- endif %}
