-- -;

create temporary system function ARG_MAX as 'windowpane.flink.aggregate.ArgMax';

create temporary system function TDIGEST as 'windowpane.flink.aggregate.Digest';

create temporary system function HLL as 'windowpane.flink.aggregate.Hll';

create temporary table combined (
  `service` string,
  `_event_start` timestamp_ltz(3),
  `messages` bigint,
  `cpu_count` bigint,
  `cpu_sum` bigint,
  `cpu_min` bigint,
  `cpu_max` bigint,
  `cpu_max_at` timestamp_ltz(3),
  `cpu_digest` bytes,
  `ram_count` bigint,
  `ram_sum` bigint,
  `ram_min` bigint,
  `ram_max` bigint,
  `ram_max_at` timestamp_ltz(3),
  `ram_digest` bytes,
  `disk_count` bigint,
  `disk_sum` bigint,
  `disk_min` bigint,
  `disk_max` bigint,
  `disk_max_at` timestamp_ltz(3),
  `disk_digest` bytes,
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
  `_field_servicename` string,
  `_field_cpu` double,
  `_field_ram_total` double,
  `_field_ram_free` double,
  `_field_disk_total` double,
  `_field_disk_free` double,
  `_record` boolean,
  arrived timestamp_ltz(3),
  watermark for arrived as source_watermark()
) with (
  'connector' = 'windowpane-combined',
  'arrival-window' = '10 s',
  'breakdowns' = '[{"name":"service","by":["service"],"grain_ms":60000}]',
  'watermark-slack' = '500 ms',
  'arrived-before' = '0=1772366999999;1=;2=1772367000000',
  'topic-id' = 'dGhlIHRvcGljIG9mIHRoZQ',
  'every-message' = 'false',
  'messages.connector' = 'kafka',
  'messages.topic' = 'health',
  'messages.properties.bootstrap.servers' = '127.0.0.1:9092',
  'messages.properties.group.id' = 'windowpane-health',
  'messages.properties.max.partition.fetch.bytes' = '4194304',
  'messages.properties.fetch.max.bytes' = '33554432',
  'messages.properties.max.poll.records' = '20000',
  'messages.scan.topic-partition-discovery.interval' = '0 s',
  'messages.scan.startup.mode' = 'specific-offsets',
  'messages.scan.startup.specific-offsets' = 'partition:0,offset:7;partition:1,offset:0;partition:2,offset:3',
  'messages.format' = 'windowpane-json',
  'messages.windowpane-json.plan' = '{"stream":"health","event_time":{"field":["Timestamp"],"min_ms":34214400000,"max_ahead_ms":300000},"fields":[{"path":["serviceName"],"type":"string","required":true,"min_length":1,"max_length":200},{"path":["CPU"],"type":"number","required":true,"min":0.0,"max":1.0},{"path":["RAM","Total"],"type":"number","required":true,"above":0.0},{"path":["RAM","Free"],"type":"number","required":true,"min":0.0,"max_field":2},{"path":["Disk","Total"],"type":"number","required":true,"above":0.0},{"path":["Disk","Free"],"type":"number","required":true,"min":0.0,"max_field":4}],"columns":[{"name":"service","kind":"string","field":0},{"name":"cpu","kind":"measure","expression":[{"field":1}],"scale":6,"min":0,"max":1000000},{"name":"ram","kind":"measure","expression":[{"number":1.0},{"field":3},{"field":2},{"op":"/"},{"op":"-"}],"scale":6,"min":0,"max":1000000},{"name":"disk","kind":"measure","expression":[{"number":1.0},{"field":5},{"field":4},{"op":"/"},{"op":"-"}],"scale":6,"min":0,"max":1000000},{"name":"_field_servicename","kind":"field","field":0},{"name":"_field_cpu","kind":"field","field":1},{"name":"_field_ram_total","kind":"field","field":2},{"name":"_field_ram_free","kind":"field","field":3},{"name":"_field_disk_total","kind":"field","field":4},{"name":"_field_disk_free","kind":"field","field":5}]}'
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
  `service`,
  `_event_start`,
  window_start as window_from,
  window_end as window_until,
  window_time as arrival,
  sum(`messages`) as `messages`,
  sum(`cpu_count`) as `cpu_count`,
  sum(`cpu_sum`) as `cpu_sum`,
  min(`cpu_min`) as `cpu_min`,
  max(`cpu_max`) as `cpu_max`,
  arg_max(`cpu_max_at`, `cpu_max`) as `cpu_max_at`,
  tdigest(`cpu_digest`) as `cpu_digest`,
  sum(`ram_count`) as `ram_count`,
  sum(`ram_sum`) as `ram_sum`,
  min(`ram_min`) as `ram_min`,
  max(`ram_max`) as `ram_max`,
  arg_max(`ram_max_at`, `ram_max`) as `ram_max_at`,
  tdigest(`ram_digest`) as `ram_digest`,
  sum(`disk_count`) as `disk_count`,
  sum(`disk_sum`) as `disk_sum`,
  min(`disk_min`) as `disk_min`,
  max(`disk_max`) as `disk_max`,
  arg_max(`disk_max_at`, `disk_max`) as `disk_max_at`,
  tdigest(`disk_digest`) as `disk_digest`
from table(tumble(table combined_panes, descriptor(arrived), interval '10' second))
group by
  `service`,
  `_event_start`, window_start, window_end, window_time;

create temporary view finest_of_days as
select *
from finest
where true;

create temporary view days as
select
  `service`,
  floor(`_event_start` to day) as `_event_start`,
  window_start as window_from,
  window_end as window_until,
  sum(`messages`) as `messages`,
  sum(`cpu_count`) as `cpu_count`,
  sum(`cpu_sum`) as `cpu_sum`,
  min(`cpu_min`) as `cpu_min`,
  max(`cpu_max`) as `cpu_max`,
  arg_max(`cpu_max_at`, `cpu_max`) as `cpu_max_at`,
  tdigest(`cpu_digest`) as `cpu_digest`,
  sum(`ram_count`) as `ram_count`,
  sum(`ram_sum`) as `ram_sum`,
  min(`ram_min`) as `ram_min`,
  max(`ram_max`) as `ram_max`,
  arg_max(`ram_max_at`, `ram_max`) as `ram_max_at`,
  tdigest(`ram_digest`) as `ram_digest`,
  sum(`disk_count`) as `disk_count`,
  sum(`disk_sum`) as `disk_sum`,
  min(`disk_min`) as `disk_min`,
  max(`disk_max`) as `disk_max`,
  arg_max(`disk_max_at`, `disk_max`) as `disk_max_at`,
  tdigest(`disk_digest`) as `disk_digest`
from table(tumble(table finest_of_days, descriptor(arrival), interval '10' minute))
group by
  `service`,
  floor(`_event_start` to day), window_start, window_end;

insert into lake.`health`.panes /*+ options('write-parallelism'='1') */
(`service`, breakdown, grain, part, window_start, window_end, arrived_from, arrived_until, `messages`, `cpu_count`, `cpu_sum`, `cpu_min`, `cpu_max`, `cpu_max_at`, `cpu_digest`, `ram_count`, `ram_sum`, `ram_min`, `ram_max`, `ram_max_at`, `ram_digest`, `disk_count`, `disk_sum`, `disk_min`, `disk_max`, `disk_max_at`, `disk_digest`)
select
  `service`,
  'service',
  'minute',
  concat('service/minute/', date_format(`_event_start`, 'yyyy-MM-dd')),
  cast(`_event_start` as timestamp_ltz(6)),
  cast(timestampadd(minute, 1, `_event_start`) as timestamp_ltz(6)),
  cast(window_from as timestamp_ltz(6)),
  cast(window_until as timestamp_ltz(6)),
  `messages`,
  `cpu_count`,
  `cpu_sum`,
  `cpu_min`,
  `cpu_max`,
  cast(`cpu_max_at` as timestamp_ltz(6)),
  `cpu_digest`,
  `ram_count`,
  `ram_sum`,
  `ram_min`,
  `ram_max`,
  cast(`ram_max_at` as timestamp_ltz(6)),
  `ram_digest`,
  `disk_count`,
  `disk_sum`,
  `disk_min`,
  `disk_max`,
  cast(`disk_max_at` as timestamp_ltz(6)),
  `disk_digest`
from finest
where true
  and (window_until > timestamp '2026-03-01 12:10:10' or messages < 0)
union all
select
  `service`,
  'service',
  'day',
  concat('service/day/', date_format(`_event_start`, 'yyyy-MM')),
  cast(`_event_start` as timestamp_ltz(6)),
  cast(timestampadd(day, 1, `_event_start`) as timestamp_ltz(6)),
  cast(window_from as timestamp_ltz(6)),
  cast(window_until as timestamp_ltz(6)),
  `messages`,
  `cpu_count`,
  `cpu_sum`,
  `cpu_min`,
  `cpu_max`,
  cast(`cpu_max_at` as timestamp_ltz(6)),
  `cpu_digest`,
  `ram_count`,
  `ram_sum`,
  `ram_min`,
  `ram_max`,
  cast(`ram_max_at` as timestamp_ltz(6)),
  `ram_digest`,
  `disk_count`,
  `disk_sum`,
  `disk_min`,
  `disk_max`,
  cast(`disk_max_at` as timestamp_ltz(6)),
  `disk_digest`
from days
where true;

insert into lake.`health`.ledger /*+ options('write-parallelism'='1') */
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

insert into lake.`health`.rejected /*+ options('write-parallelism'='1') */
select
  `partition`,
  `offset`,
  cast(arrived as timestamp_ltz(6)),
  coalesce(reason, 'too far in the future'),
  case when reason is null then 'Timestamp' else `field` end,
  payload
from combined_messages
where (reason is not null or event_time > timestampadd(second, 300, arrived))
  and (`partition` <> 0 or `offset` > 17)
  and (`partition` <> 3 or `offset` > 5);

insert into lake.`health`.accepted
(`partition`, `offset`, arrived, event_time, `servicename`, `cpu`, `ram_total`, `ram_free`, `disk_total`, `disk_free`, definition_digest)
select
  `partition`,
  `offset`,
  cast(arrived as timestamp_ltz(6)),
  cast(event_time as timestamp_ltz(6)),
  `_field_servicename`,
  `_field_cpu`,
  `_field_ram_total`,
  `_field_ram_free`,
  `_field_disk_total`,
  `_field_disk_free`,
  'f2d06460bf53cdb6'
from combined_accepted
where true
  and (`partition` <> 2 or `offset` > 11);
