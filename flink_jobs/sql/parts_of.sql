{#- The rows of one kind: the combiner fills in other columns of each. -#}
create temporary view parts_of_{{ kind }} as
select *
from parts
where {{ mark | ident }} is not null
