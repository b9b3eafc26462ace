package windowpane.parsers;

import org.simdjson.JsonValue;
import org.simdjson.SimdJsonParser;

/** simdjson-java's tree, which needs a newer Java than Flink runs on. */
final class WithSimdjson implements MessageParser {
    private final SimdJsonParser parser = new SimdJsonParser();

    @Override
    public void read(byte[] message, Totals totals) {
        JsonValue root = parser.parse(message, message.length);
        JsonValue ram = root.get("RAM");
        JsonValue disk = root.get("Disk");
        totals.add(
                root.get("serviceName").asString().length(),
                root.get("Timestamp").asLong(),
                number(root.get("CPU")),
                number(ram.get("Total")),
                number(ram.get("Free")),
                number(disk.get("Total")),
                number(disk.get("Free")));
    }

    private static double number(JsonValue value) {
        return value.isLong() ? value.asLong() : value.asDouble();
    }
}
