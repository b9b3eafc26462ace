package windowpane.flink.combine;

import java.time.Duration;
import java.util.HashMap;
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
import windowpane.flink.format.Plan;

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

    private static final ConfigOption<Duration> ARRIVAL_WINDOW = ConfigOptions.key("arrival-window")
            .durationType()
            .noDefaultValue()
            .withDescription("Length of the arrival windows that messages may be combined in.");

    private static final ConfigOption<Duration> SLACK = ConfigOptions.key("watermark-slack")
            .durationType()
            .noDefaultValue()
            .withDescription("How far watermarks stay behind arrivals; of a source that tells its own watermarks none.");

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
        return Set.of(SLACK, EVERY_MESSAGE);
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        helper.validateExcept(MESSAGES);
        ReadableConfig options = helper.getOptions();
        Messages messages = new Messages(Plan.parse(options.get(PLAN)));
        DataType row = context.getPhysicalRowDataType();
        Combiner combiner = new Combiner(
                options.get(PLAN),
                DataType.getFieldNames(row).toArray(String[]::new),
                options.get(ARRIVAL_WINDOW).toMillis(),
                options.get(EVERY_MESSAGE));
        return new CombinedSource(source(context, messages), messages, combiner, row, options.getOptional(SLACK).orElse(null));
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
