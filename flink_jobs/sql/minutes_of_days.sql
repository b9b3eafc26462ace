{#- The minute panes that day panes are made of: a day pane's arrival window may be cut short where the table was
    complete before, or where the job ends. -#}
create temporary view minutes_of_days as
select *
from minutes
where true
{%- if cut %}
  and window_from >= timestamp {{ cut | literal }}
{%- endif %}
{%- if until %}
  and window_until <= timestamp {{ until | literal }}
{%- endif %}
