package windowpane.peers;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.WindowStore;

/** Tumbling minutes per service, keyed over a repartition topic; the windows are read from the store at the end. */
public final class Streams {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration GRACE = Duration.ofDays(1);

    private Streams() {}

    /** Arguments: bootstrap, topic, application id, messages, threads, directory of state, file of rows, columns. */
    public static void main(String[] args) throws Exception {
        long messages = Long.parseLong(args[3]);
        AtomicLong counted = new AtomicLong();
        CountDownLatch done = new CountDownLatch(1);
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(
                        args[1],
                        Consumed.with(Serdes.ByteArray(), Health.FROM_JSON)
                                .withTimestampExtractor((record, before) -> ((Health) record.value()).at()))
                .selectKey((key, health) -> health.service())
                .groupByKey(Grouped.with(Serdes.String(), Health.COMPACT))
                .windowedBy(TimeWindows.ofSizeAndGrace(MINUTE, GRACE))
                .aggregate(
                        Partial::new,
                        (service, health, partial) -> {
                            if (counted.incrementAndGet() == messages) {
                                done.countDown();
                            }
                            return partial.add(health);
                        },
                        Materialized.<String, Partial, WindowStore<Bytes, byte[]>>as("results")
                                .withKeySerde(Serdes.String())
                                .withValueSerde(Partial.SERDE)
                                .withRetention(GRACE.plus(MINUTE)));
        boolean[] failed = {false};
        try (KafkaStreams streams = new KafkaStreams(builder.build(), settings(args))) {
            streams.setUncaughtExceptionHandler(error -> {
                error.printStackTrace();
                failed[0] = true;
                done.countDown();
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            });
            streams.start();
            done.await();
            if (!failed[0]) {
                write(streams, Path.of(args[6]), args[7], messages);
            }
        }
        System.exit(failed[0] ? 1 : 0);
    }

    private static Properties settings(String[] args) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, args[2]);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, args[4]);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, args[5]);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1_000);
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        return settings;
    }

    /** Writes all windows once they hold all messages: the last one is counted a moment before it is in the store. */
    private static void write(KafkaStreams streams, Path file, String columns, long messages) throws Exception {
        var store = streams.store(
                StoreQueryParameters.fromNameAndType("results", QueryableStoreTypes.<String, Partial>windowStore()));
        for (long total = 0; total != messages; Thread.sleep(10)) {
            total = 0;
            try (KeyValueIterator<Windowed<String>, Partial> windows = store.all();
                    PrintWriter rows = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
                rows.println(columns);
                while (windows.hasNext()) {
                    KeyValue<Windowed<String>, Partial> window = windows.next();
                    total += window.value.messages();
                    rows.println(window.key.key() + "," + window.key.window().start() + "," + window.value.asText());
                }
            }
        }
    }
}
