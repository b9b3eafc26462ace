-- What each fact adds up to now: its number, or of a running total what it has over the date before in its series.
create table targets as
{% if running_total -%}
with named as (
    select f.k, f.present, f.number, coalesce(s.key, l.key) as key, coalesce(s.date, l.date) as date
    from facts as f
    left join said as s on f.here and s.position = f.position
    left join landed as l on not f.here and l.k = f.k
),
series as (
    select k, number, date, md5_number(cast(to_json(list_filter(
        cast(key as varchar[]), lambda part, place: place <> {{ date_place }})) as varchar)) as series
    from named
    where present
)
select k, number - coalesce(lag(number) over (partition by series order by date), 0) as target
from series
{%- else -%}
select k, number as target
from facts
where present
{%- endif %}
