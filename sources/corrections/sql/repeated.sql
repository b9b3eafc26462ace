-- Facts that the file has more than once: the last of them counts.
create table repeated as
select k, max(position) as last
from said
where fit
group by k
having count(*) > 1
