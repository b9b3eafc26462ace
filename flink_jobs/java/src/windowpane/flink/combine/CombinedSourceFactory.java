package windowpane.flink.combine;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.DataType;

/**
 * {@code 'connector' = 'windowpane-combined', 'messages.connector' = 'kafka', 'messages.topic' = ...}: what another connector reads in the
 * format {@code windowpane-json}, combined (see {@link Combiner}) by the task that reads it.
 *
 * <p>Options of the other connector and of the format begin with {@code messages.}; the schema says which aggregates are wanted, by
 * the names of panes' columns.
 */
public final class CombinedSourceFactory implements DynamicTableSourceFactory {
    private static final String MESSAGES = "messages.";

    private static final ConfigOption<String> PLAN = ConfigOptions.key(MESSAGES + "windowpane-json.plan")
            .stringType()
            .noDefaultValue()
            .withDescription("The format's plan.");

    private static final ConfigOption<String> BREAKDOWNS = ConfigOptions.key("breakdowns")
            .stringType()
            .noDefaultValue()
            .withDescription("JSON that lists what panes are by, see Breakdown; without it, minute panes by all dimensions.");

    private static final ConfigOption<Duration> ARRIVAL_WINDOW = ConfigOptions.key("arrival-window")
            .durationType()
            .noDefaultValue()
            .withDescription("Length of the arrival windows that messages may be combined in.");

    private static final ConfigOption<Duration> SLACK = ConfigOptions.key("watermark-slack")
            .durationType()
            .noDefaultValue()
            .withDescription("How far watermarks stay behind arrivals; of a source that tells its own watermarks none.");

    private static final ConfigOption<String> ARRIVED_BEFORE = ConfigOptions.key("arrived-before")
            .stringType()
            .noDefaultValue()
            .withDescription("By partition, the latest arrival before what is read, like 0=1760000000000;1=; no other is read.");

    private static final ConfigOption<String> TOPIC = ConfigOptions.key(MESSAGES + "topic")
            .stringType()
            .noDefaultValue()
            .withDescription("The topic, of which the id is known.");

    private static final ConfigOption<String> KAFKA = ConfigOptions.key(MESSAGES + "properties.bootstrap.servers")
            .stringType()
            .noDefaultValue()
            .withDescription("Where Kafka listens.");

    private static final ConfigOption<String> TOPIC_ID = ConfigOptions.key("topic-id")
            .stringType()
            .noDefaultValue()
            .withDescription("The topic's id: nothing is committed that was read of another one of its name.");

    private static final ConfigOption<Duration> HORIZON = ConfigOptions.key("horizon")
            .durationType()
            .noDefaultValue()
            .withDescription("How long the id of a message is known, in arrivals: a copy within it is a duplicate.");

    private static final ConfigOption<Duration> VISIT_GAP = ConfigOptions.key("visits.gap")
            .durationType()
            .noDefaultValue()
            .withDescription("How far messages of one visit may be apart in event time; of a stream without visits none.");

    private static final ConfigOption<Duration> VISIT_CUT = ConfigOptions.key("visits.cut")
            .durationType()
            .defaultValue(Duration.ofDays(1))
            .withDescription("Visits end at the multiples of this, in event time.");

    private static final ConfigOption<List<String>> VISIT_FIRST = ConfigOptions.key("visits.first")
            .stringType()
            .asList()
            .defaultValues()
            .withDescription("Dimensions that every message of a visit has of its first.");

    private static final ConfigOption<List<String>> VISIT_LAST = ConfigOptions.key("visits.last")
            .stringType()
            .asList()
            .defaultValues()
            .withDescription("Dimensions that a visit has of its newest counting message.");

    private static final ConfigOption<Long> COUNTED_FROM = ConfigOptions.key("counted-from")
            .longType()
            .defaultValue(Long.MIN_VALUE)
            .withDescription("The first arrival that counts, in milliseconds since 1970: what arrived before is only remembered.");

    private static final ConfigOption<String> FIRST_OFFSETS = ConfigOptions.key("first-offsets")
            .stringType()
            .noDefaultValue()
            .withDescription("By partition, the first offset that is read, like 0=17;1=0, of a source that gives all in no certain order.");

    private static final ConfigOption<Boolean> EVERY_MESSAGE = ConfigOptions.key("every-message")
            .booleanType()
            .defaultValue(false)
            .withDescription("Whether there is a row for each message, not for rejected ones alone.");

    @Override
    public String factoryIdentifier() {
        return "windowpane-combined";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(PLAN, ARRIVAL_WINDOW);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of(
                BREAKDOWNS, SLACK, ARRIVED_BEFORE, TOPIC_ID, TOPIC, KAFKA, HORIZON, VISIT_GAP, VISIT_CUT, VISIT_FIRST, VISIT_LAST,
                COUNTED_FROM, FIRST_OFFSETS, EVERY_MESSAGE);
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        helper.validateExcept(MESSAGES);
        ReadableConfig options = helper.getOptions();
        Messages messages = Messages.of(options.get(PLAN));
        Duration slack = options.getOptional(SLACK).orElse(null);
        TopicFence fence = options.getOptional(TOPIC_ID)
                .map(id -> new TopicFence(options.get(KAFKA), options.get(TOPIC), id))
                .orElse(null);
        Map<Integer, Long> firstOffsets = options.getOptional(FIRST_OFFSETS).map(PartitionArrivals::parse).orElse(null);
        DataType row = context.getPhysicalRowDataType();
        Combiner combiner = new Combiner(
                options.get(PLAN),
                options.getOptional(BREAKDOWNS).orElse(null),
                DataType.getFieldNames(row).toArray(String[]::new),
                options.get(ARRIVAL_WINDOW).toMillis(),
                options.get(EVERY_MESSAGE),
                new Reading(slack, options.get(ARRIVED_BEFORE), firstOffsets, options.get(COUNTED_FROM), fence),
                remembered(options));
        return new CombinedSource(source(context, messages), messages, options.get(PLAN), combiner, row, slack, firstOffsets != null);
    }

    private static Remembered remembered(ReadableConfig options) {
        long ids = options.getOptional(HORIZON).map(Duration::toMillis).orElse(0L);
        VisitRules visits = options.getOptional(VISIT_GAP)
                .map(gap -> new VisitRules(
                        gap.toMillis(), options.get(VISIT_CUT).toMillis(), options.get(VISIT_FIRST), options.get(VISIT_LAST)))
                .orElse(null);
        return new Remembered(ids, visits);
    }

    /** The other connector's source, of a table with the columns that the plan makes. */
    private static ScanTableSource source(Context context, Messages messages) {
        Map<String, String> options = new HashMap<>();
        context.getCatalogTable().getOptions().forEach((key, value) -> {
            if (key.startsWith(MESSAGES)) {
                options.put(key.substring(MESSAGES.length()), value);
            }
        });
        ResolvedSchema schema = ResolvedSchema.of(messages.physicalColumns());
        CatalogTable table = CatalogTable.newBuilder()
                .schema(Schema.newBuilder().fromResolvedSchema(schema).build())
                .options(options)
                .build();
        return (ScanTableSource) FactoryUtil.createDynamicTableSource(
                null,
                context.getObjectIdentifier(),
                new ResolvedCatalogTable(table, schema),
                Map.of(),
                context.getConfiguration(),
                context.getClassLoader(),
                context.isTemporary());
    }
}
