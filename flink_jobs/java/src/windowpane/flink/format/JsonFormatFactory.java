package windowpane.flink.format;

import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.factories.FactoryUtil;

/** {@code 'format' = 'windowpane-json', 'windowpane-json.plan' = '...'}: see {@link Plan}. */
public final class JsonFormatFactory implements DeserializationFormatFactory {
    private static final ConfigOption<String> PLAN =
            ConfigOptions.key("plan")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("What is read from a message, how it is checked and what the row holds, as JSON.");

    @Override
    public String factoryIdentifier() {
        return "windowpane-json";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(PLAN);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public DecodingFormat<DeserializationSchema<RowData>> createDecodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        FactoryUtil.validateFactoryOptions(this, options);
        return new JsonFormat(options.get(PLAN));
    }
}
