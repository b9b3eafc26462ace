-- The facts whose changes were refused.
create table refused as
select cast(to_json(json_extract_string(c.message, {{ key_paths }})) as varchar) as key
from read_parquet({{ changes }}) as c
join refused_ids as r on r.id = c.id
where c.kind <> 'unfit'
