package windowpane.parsers;

import java.io.IOException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;

/** Jackson's streaming parser as it is commonly used: a new one for each message. */
final class WithJackson implements MessageParser {
    private static final JsonFactory JSON = new JsonFactory();

    private double total;
    private double free;

    @Override
    public void read(byte[] message, Totals totals) throws IOException {
        try (JsonParser parser = JSON.createParser(message)) {
            int name = 0;
            long time = 0;
            double cpu = 0;
            double ramTotal = 0;
            double ramFree = 0;
            double diskTotal = 0;
            double diskFree = 0;
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                parser.nextToken();
                switch (key) {
                    case "serviceName" -> name = parser.getText().length();
                    case "Timestamp" -> time = parser.getLongValue();
                    case "CPU" -> cpu = parser.getDoubleValue();
                    case "RAM" -> {
                        pair(parser);
                        ramTotal = total;
                        ramFree = free;
                    }
                    case "Disk" -> {
                        pair(parser);
                        diskTotal = total;
                        diskFree = free;
                    }
                    default -> parser.skipChildren();
                }
            }
            totals.add(name, time, cpu, ramTotal, ramFree, diskTotal, diskFree);
        }
    }

    private void pair(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case "Total" -> total = parser.getDoubleValue();
                case "Free" -> free = parser.getDoubleValue();
                default -> parser.skipChildren();
            }
        }
    }
}
