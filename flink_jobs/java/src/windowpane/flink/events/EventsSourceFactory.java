package windowpane.flink.events;

import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonProcessingException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.type.TypeReference;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.flink.CatalogLoader;
import org.apache.iceberg.flink.FlinkCatalogFactory;
import org.apache.iceberg.flink.TableLoader;

/**
 * {@code 'connector' = 'windowpane-events', 'table' = 'stream.events', 'arrived-from' = '0', 'arrived-until' = '9', 'format' = ...}:
 * the messages that a stream's table {@code events} keeps, as the Kafka connector would give them.
 *
 * <p>The properties of the catalog are not options, since they hold secrets, but the configuration {@code windowpane.lake}, as JSON.
 */
public final class EventsSourceFactory implements DynamicTableSourceFactory {
    private static final ConfigOption<String> LAKE =
            ConfigOptions.key("windowpane.lake")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Properties of the Iceberg catalog, as JSON.");

    private static final ConfigOption<String> TABLE =
            ConfigOptions.key("table").stringType().noDefaultValue().withDescription("Namespace and table, with a dot between.");

    private static final ConfigOption<Long> FROM =
            ConfigOptions.key("arrived-from")
                    .longType()
                    .noDefaultValue()
                    .withDescription("The first arrival to be read, in milliseconds since 1970.");

    private static final ConfigOption<Long> UNTIL =
            ConfigOptions.key("arrived-until")
                    .longType()
                    .noDefaultValue()
                    .withDescription("The arrival to stop before, in milliseconds since 1970.");

    @Override
    public String factoryIdentifier() {
        return "windowpane-events";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(TABLE, FROM, UNTIL, FactoryUtil.FORMAT);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        DecodingFormat<DeserializationSchema<RowData>> format =
                helper.discoverDecodingFormat(DeserializationFormatFactory.class, FactoryUtil.FORMAT);
        helper.validate();
        ReadableConfig options = helper.getOptions();
        TableLoader table =
                TableLoader.fromCatalog(catalog(context.getConfiguration()), TableIdentifier.parse(options.get(TABLE)));
        return new EventsSource(
                table, format, context.getPhysicalRowDataType(), options.get(FROM), options.get(UNTIL));
    }

    private static CatalogLoader catalog(ReadableConfig configuration) {
        String json = configuration
                .getOptional(LAKE)
                .orElseThrow(() -> new ValidationException("The configuration lacks " + LAKE.key() + "."));
        try {
            Map<String, String> properties = new ObjectMapper().readValue(json, new TypeReference<>() {});
            String implementation = properties.get("catalog-impl");
            return CatalogLoader.custom("lake", properties, FlinkCatalogFactory.clusterHadoopConf(), implementation);
        } catch (JsonProcessingException e) {
            // Not with its cause, whose message would tell the secrets.
            throw new ValidationException("The configuration " + LAKE.key() + " is not a JSON object of texts.");
        }
    }
}
