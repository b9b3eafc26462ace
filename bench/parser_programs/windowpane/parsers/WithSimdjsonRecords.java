package windowpane.parsers;

import org.simdjson.SimdJsonParser;

/** simdjson-java by a schema, without a tree. */
final class WithSimdjsonRecords implements MessageParser {
    private final SimdJsonParser parser = new SimdJsonParser();

    @SuppressWarnings("checkstyle:RecordComponentName") // as the messages spell them
    record Health(String serviceName, long Timestamp, double CPU, Pair RAM, Pair Disk) {}

    record Pair(double Total, double Free) {}

    @Override
    public void read(byte[] message, Totals totals) {
        Health health = parser.parse(message, message.length, Health.class);
        totals.add(
                health.serviceName().length(),
                health.Timestamp(),
                health.CPU(),
                health.RAM().Total(),
                health.RAM().Free(),
                health.Disk().Total(),
                health.Disk().Free());
    }
}
