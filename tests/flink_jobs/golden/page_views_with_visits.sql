-- -;

create temporary system function ARG_MAX as 'windowpane.flink.aggregate.ArgMax';

create temporary system function TDIGEST as 'windowpane.flink.aggregate.Digest';

create temporary system function HLL as 'windowpane.flink.aggregate.Hll';

create temporary table combined (
  `site` string,
  `path` string,
  `source` string,
  `exit` string,
  `_event_start` timestamp_ltz(3),
  `messages` bigint,
  `visits` bigint,
  `bounces` bigint,
  `visit_seconds` bigint,
  `load_ms_count` bigint,
  `load_ms_sum` bigint,
  `load_ms_min` bigint,
  `load_ms_max` bigint,
  `load_ms_max_at` timestamp_ltz(3),
  `load_ms_digest` bytes,
  `visitors_distinct` bytes,
  `partition` int,
  `_first_offset` bigint,
  `_last_offset` bigint,
  `_accepted` bigint,
  `_rejected` bigint,
  `_heartbeats` bigint,
  `_duplicates` bigint,
  `offset` bigint,
  event_time timestamp_ltz(3),
  reason string,
  field string,
  payload bytes,
  `_field_site` string,
  `_field_path` string,
  `_field_load_ms` double,
  `_field_visitor_id` string,
  `_field_source` string,
  `_field_engaging` boolean,
  `_field_visit_start` timestamp_ltz(3),
  `_record` boolean,
  arrived timestamp_ltz(3),
  watermark for arrived as source_watermark()
) with (
  'connector' = 'windowpane-combined',
  'arrival-window' = '10 s',
  'breakdowns' = '[{"name":"site_path_source_exit","by":["site","path","source","exit"],"grain_ms":60000}]',
  'watermark-slack' = '500 ms',
  'arrived-before' = '0=1772366999999;1=;2=1772367000000',
  'topic-id' = 'dGhlIHRvcGljIG9mIHRoZQ',
  'visits.gap' = '1800000 ms',
  'visits.cut' = '86400000 ms',
  'visits.first' = 'source',
  'visits.last' = 'exit',
  'every-message' = 'false',
  'messages.connector' = 'kafka',
  'messages.topic' = 'page_views',
  'messages.properties.bootstrap.servers' = '127.0.0.1:9092',
  'messages.properties.group.id' = 'windowpane-page_views',
  'messages.properties.max.partition.fetch.bytes' = '4194304',
  'messages.properties.fetch.max.bytes' = '33554432',
  'messages.properties.max.poll.records' = '20000',
  'messages.scan.topic-partition-discovery.interval' = '0 s',
  'messages.scan.startup.mode' = 'specific-offsets',
  'messages.scan.startup.specific-offsets' = 'partition:0,offset:7;partition:1,offset:0;partition:2,offset:3',
  'messages.format' = 'windowpane-json',
  'messages.windowpane-json.plan' = '{"stream":"page_views","event_time":{"field":["time"],"min_ms":34214400000,"max_ahead_ms":300000},"fields":[{"path":["site"],"type":"string","required":true,"min_length":1,"max_length":253},{"path":["path"],"type":"string","required":true,"min_length":1,"max_length":2000},{"path":["load_ms"],"type":"number","required":false,"min":0.0,"max":600000.0},{"path":["visitor_id"],"type":"string","required":false,"min_length":1,"max_length":200},{"path":["source"],"type":"string","required":true},{"path":["engaging"],"type":"boolean","required":false}],"columns":[{"name":"site","kind":"string","field":0},{"name":"path","kind":"string","field":1},{"name":"source","kind":"string","field":4},{"name":"exit","kind":"string","field":1},{"name":"load_ms","kind":"measure","expression":[{"field":2}],"scale":1,"min":0,"max":6000000},{"name":"visitors","kind":"hash","field":3},{"name":"_key","kind":"key","field":0},{"name":"_counts","kind":"counts","field":5},{"name":"_field_site","kind":"field","field":0},{"name":"_field_path","kind":"field","field":1},{"name":"_field_load_ms","kind":"field","field":2},{"name":"_field_visitor_id","kind":"field","field":3},{"name":"_field_source","kind":"field","field":4},{"name":"_field_engaging","kind":"field","field":5}]}'
);

create temporary view combined_panes as
select *
from combined
where `messages` is not null;

create temporary view combined_ledger as
select *
from combined
where `_first_offset` is not null;

create temporary view combined_messages as
select *
from combined
where `offset` is not null;

create temporary view combined_accepted as
select *
from combined
where `_record` is not null;

create temporary view finest as
select
  `site`,
  `path`,
  `source`,
  `exit`,
  `_event_start`,
  window_start as window_from,
  window_end as window_until,
  window_time as arrival,
  sum(`messages`) as `messages`,
  sum(`visits`) as `visits`,
  sum(`bounces`) as `bounces`,
  sum(`visit_seconds`) as `visit_seconds`,
  sum(`load_ms_count`) as `load_ms_count`,
  sum(`load_ms_sum`) as `load_ms_sum`,
  min(`load_ms_min`) as `load_ms_min`,
  max(`load_ms_max`) as `load_ms_max`,
  arg_max(`load_ms_max_at`, `load_ms_max`) as `load_ms_max_at`,
  tdigest(`load_ms_digest`) as `load_ms_digest`,
  hll(`visitors_distinct`) as `visitors_distinct`
from table(tumble(table combined_panes, descriptor(arrived), interval '10' second))
group by
  `site`,
  `path`,
  `source`,
  `exit`,
  `_event_start`, window_start, window_end, window_time;

create temporary view finest_of_hours as
select *
from finest
where true;

create temporary view hours as
select
  `site`,
  `path`,
  `source`,
  `exit`,
  floor(`_event_start` to hour) as `_event_start`,
  window_start as window_from,
  window_end as window_until,
  sum(`messages`) as `messages`,
  sum(`visits`) as `visits`,
  sum(`bounces`) as `bounces`,
  sum(`visit_seconds`) as `visit_seconds`,
  sum(`load_ms_count`) as `load_ms_count`,
  sum(`load_ms_sum`) as `load_ms_sum`,
  min(`load_ms_min`) as `load_ms_min`,
  max(`load_ms_max`) as `load_ms_max`,
  arg_max(`load_ms_max_at`, `load_ms_max`) as `load_ms_max_at`,
  tdigest(`load_ms_digest`) as `load_ms_digest`,
  hll(`visitors_distinct`) as `visitors_distinct`
from table(tumble(table finest_of_hours, descriptor(arrival), interval '10' minute))
group by
  `site`,
  `path`,
  `source`,
  `exit`,
  floor(`_event_start` to hour), window_start, window_end;

create temporary view finest_of_days as
select *
from finest
where true;

create temporary view days as
select
  `site`,
  `path`,
  `source`,
  `exit`,
  floor(`_event_start` to day) as `_event_start`,
  window_start as window_from,
  window_end as window_until,
  sum(`messages`) as `messages`,
  sum(`visits`) as `visits`,
  sum(`bounces`) as `bounces`,
  sum(`visit_seconds`) as `visit_seconds`,
  sum(`load_ms_count`) as `load_ms_count`,
  sum(`load_ms_sum`) as `load_ms_sum`,
  min(`load_ms_min`) as `load_ms_min`,
  max(`load_ms_max`) as `load_ms_max`,
  arg_max(`load_ms_max_at`, `load_ms_max`) as `load_ms_max_at`,
  tdigest(`load_ms_digest`) as `load_ms_digest`,
  hll(`visitors_distinct`) as `visitors_distinct`
from table(tumble(table finest_of_days, descriptor(arrival), interval '10' minute))
group by
  `site`,
  `path`,
  `source`,
  `exit`,
  floor(`_event_start` to day), window_start, window_end;

insert into lake.`page_views`.panes /*+ options('write-parallelism'='1') */
(`site`, `path`, `source`, `exit`, breakdown, grain, part, window_start, window_end, arrived_from, arrived_until, `messages`, `visits`, `bounces`, `visit_seconds`, `load_ms_count`, `load_ms_sum`, `load_ms_min`, `load_ms_max`, `load_ms_max_at`, `load_ms_digest`, `visitors_distinct`)
select
  `site`,
  `path`,
  `source`,
  `exit`,
  'site_path_source_exit',
  'minute',
  concat('site_path_source_exit/minute/', date_format(`_event_start`, 'yyyy-MM-dd')),
  cast(`_event_start` as timestamp_ltz(6)),
  cast(timestampadd(minute, 1, `_event_start`) as timestamp_ltz(6)),
  cast(window_from as timestamp_ltz(6)),
  cast(window_until as timestamp_ltz(6)),
  `messages`,
  `visits`,
  `bounces`,
  `visit_seconds`,
  `load_ms_count`,
  `load_ms_sum`,
  `load_ms_min`,
  `load_ms_max`,
  cast(`load_ms_max_at` as timestamp_ltz(6)),
  `load_ms_digest`,
  `visitors_distinct`
from finest
where true
  and (window_until > timestamp '2026-03-01 12:10:10' or messages < 0)
union all
select
  `site`,
  `path`,
  `source`,
  `exit`,
  'site_path_source_exit',
  'hour',
  concat('site_path_source_exit/hour/', date_format(`_event_start`, 'yyyy-MM-dd')),
  cast(`_event_start` as timestamp_ltz(6)),
  cast(timestampadd(hour, 1, `_event_start`) as timestamp_ltz(6)),
  cast(window_from as timestamp_ltz(6)),
  cast(window_until as timestamp_ltz(6)),
  `messages`,
  `visits`,
  `bounces`,
  `visit_seconds`,
  `load_ms_count`,
  `load_ms_sum`,
  `load_ms_min`,
  `load_ms_max`,
  cast(`load_ms_max_at` as timestamp_ltz(6)),
  `load_ms_digest`,
  `visitors_distinct`
from hours
where true
union all
select
  `site`,
  `path`,
  `source`,
  `exit`,
  'site_path_source_exit',
  'day',
  concat('site_path_source_exit/day/', date_format(`_event_start`, 'yyyy-MM')),
  cast(`_event_start` as timestamp_ltz(6)),
  cast(timestampadd(day, 1, `_event_start`) as timestamp_ltz(6)),
  cast(window_from as timestamp_ltz(6)),
  cast(window_until as timestamp_ltz(6)),
  `messages`,
  `visits`,
  `bounces`,
  `visit_seconds`,
  `load_ms_count`,
  `load_ms_sum`,
  `load_ms_min`,
  `load_ms_max`,
  cast(`load_ms_max_at` as timestamp_ltz(6)),
  `load_ms_digest`,
  `visitors_distinct`
from days
where true;

insert into lake.`page_views`.ledger /*+ options('write-parallelism'='1') */
select
  `partition`,
  cast(window_start as timestamp_ltz(6)),
  cast(window_end as timestamp_ltz(6)),
  min(`_first_offset`),
  max(`_last_offset`),
  sum(`_accepted`),
  sum(`_rejected`),
  sum(`_heartbeats`),
  sum(`_duplicates`)
from table(tumble(table combined_ledger, descriptor(arrived), interval '10' second))
group by `partition`, window_start, window_end
having true
  and (window_end > timestamp '2026-03-01 12:10:20' or sum(`_accepted`) < 0);

insert into lake.`page_views`.rejected /*+ options('write-parallelism'='1') */
select
  `partition`,
  `offset`,
  cast(arrived as timestamp_ltz(6)),
  coalesce(reason, 'too far in the future'),
  case when reason is null then 'time' else `field` end,
  payload
from combined_messages
where (reason is not null or event_time > timestampadd(second, 300, arrived))
  and (`partition` <> 0 or `offset` > 17)
  and (`partition` <> 3 or `offset` > 5);

insert into lake.`page_views`.accepted
(`partition`, `offset`, arrived, event_time, `site`, `path`, `load_ms`, `visitor_id`, `source`, `engaging`, `visit_start`, definition_digest)
select
  `partition`,
  `offset`,
  cast(arrived as timestamp_ltz(6)),
  cast(event_time as timestamp_ltz(6)),
  `_field_site`,
  `_field_path`,
  `_field_load_ms`,
  `_field_visitor_id`,
  `_field_source`,
  `_field_engaging`,
  cast(`_field_visit_start` as timestamp_ltz(6)),
  'fe99410988176d81'
from combined_accepted
where true
  and (`partition` <> 2 or `offset` > 11);
