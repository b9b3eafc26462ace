with messages as (
  select
    event_time,
    "site" as "site",
    cast(if(abs(("revenue" * double '100.0')) < double '4503599627370496.0', sign(("revenue" * double '100.0')) * ((abs(("revenue" * double '100.0')) + double '4503599627370496.0') - double '4503599627370496.0'), ("revenue" * double '100.0')) as bigint) as "=revenue",
    cast(if(abs(((double '1.0' - (cast("views" as double) / ("revenue" + double '0.1'))) * double '1000.0')) < double '4503599627370496.0', sign(((double '1.0' - (cast("views" as double) / ("revenue" + double '0.1'))) * double '1000.0')) * ((abs(((double '1.0' - (cast("views" as double) / ("revenue" + double '0.1'))) * double '1000.0')) + double '4503599627370496.0') - double '4503599627370496.0'), ((double '1.0' - (cast("views" as double) / ("revenue" + double '0.1'))) * double '1000.0')) as bigint) as "=share",
    if("visitor" is not null, X'020E0100' || reverse(substr(to_big_endian_64(bitwise_or(bitwise_left_shift(bitwise_right_shift(from_big_endian_64(reverse(substr(murmur3(to_utf8("visitor")), 1, 8))), 38), 6), if(bitwise_and(from_big_endian_64(reverse(substr(murmur3(to_utf8("visitor")), 1, 8))), 274877906943) = 0, 38, 38 - length(to_base(bitwise_and(from_big_endian_64(reverse(substr(murmur3(to_utf8("visitor")), 1, 8))), 274877906943), 2))))), 5, 4))) as "=visitors"
  from "shop"."accepted" for version as of 44
  where event_time >= ? and event_time < ?
    and "page_path" in (?, ?)
),
panes as (
  select
    "site",
    count(*) as "messages",
    count("=revenue") as "revenue_count",
    sum("=revenue") as "revenue_sum",
    min("=revenue") as "revenue_min",
    (min(row("=revenue", event_time)) filter (where "=revenue" is not null))[2] as "revenue_min_at",
    max("=revenue") as "revenue_max",
    (min(row(-"=revenue", event_time)) filter (where "=revenue" is not null))[2] as "revenue_max_at",
    cast(tdigest_agg(cast("=revenue" as double)) as varbinary) as "revenue_digest",
    count("=share") as "share_count",
    sum("=share") as "share_sum",
    min("=share") as "share_min",
    max("=share") as "share_max",
    (min(row(-"=share", event_time)) filter (where "=share" is not null))[2] as "share_max_at",
    cast(merge(cast("=visitors" as hyperloglog)) as varbinary) as "visitors_distinct"
  from messages
  group by "site"
)
select
  "site",
  sum("messages") as "messages",
  sum("revenue_count") as "revenue_count",
  sum("revenue_sum") as "revenue_sum",
  min("revenue_min") as "revenue_min",
  nullif((min(row("revenue_min", coalesce("revenue_min_at", timestamp '0001-01-01 00:00:00 UTC'))) filter (where "revenue_min" is not null))[2], timestamp '0001-01-01 00:00:00 UTC') as "revenue_min_at",
  min(row(-"revenue_max", "revenue_max_at")) filter (where "revenue_max" is not null) as "revenue_max_at",
  values_at_quantiles(merge(cast("revenue_digest" as tdigest)), array[double '0.5']) as "revenue_digest",
  sum("share_count") as "share_count",
  sum("share_sum") as "share_sum",
  min("share_min") as "share_min",
  min(row(-"share_max", "share_max_at")) filter (where "share_max" is not null) as "share_max_at",
  cardinality(merge(cast("visitors_distinct" as hyperloglog))) as "visitors_distinct"
from panes
group by "site"
-- values:
--   2026-03-02 10:17:00+00:00
--   2026-03-02 23:05:00+00:00
--   /
--   /b
