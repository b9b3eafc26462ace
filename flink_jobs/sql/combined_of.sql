{#- The rows of one kind: the combiner fills in other columns of each. -#}
create temporary view combined_{{ kind }} as
select *
from combined
where {{ mark | ident }} is not null
