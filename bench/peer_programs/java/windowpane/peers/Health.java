package windowpane.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** A message of a service: when it was, and the measures in millionths, by IEEE doubles and rounded half to even. */
record Health(String service, long at, long cpu, long ram, long disk) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double SCALE = 1_000_000.0;

    /** Reads the topic's JSON; nothing is written with it. */
    static final Serde<Health> FROM_JSON =
            Serdes.serdeFrom((topic, health) -> health.toBytes(), (topic, bytes) -> parsed(bytes));

    /** A short form, for the repartition topic. */
    static final Serde<Health> COMPACT =
            Serdes.serdeFrom((topic, health) -> health.toBytes(), (topic, bytes) -> of(bytes));

    private static Health parsed(byte[] bytes) {
        try {
            JsonNode message = JSON.readTree(bytes);
            return new Health(
                    message.get("serviceName").textValue(),
                    message.get("Timestamp").longValue(),
                    stored(message.get("CPU").doubleValue()),
                    stored(used(message.get("RAM"))),
                    stored(used(message.get("Disk"))));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static double used(JsonNode space) {
        return 1.0 - space.get("Free").doubleValue() / space.get("Total").doubleValue();
    }

    private static long stored(double share) {
        return (long) Math.rint(share * SCALE);
    }

    private byte[] toBytes() {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocate(32 + name.length);
        return buffer.putLong(at).putLong(cpu).putLong(ram).putLong(disk).put(name).array();
    }

    private static Health of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long at = buffer.getLong();
        long cpu = buffer.getLong();
        long ram = buffer.getLong();
        long disk = buffer.getLong();
        return new Health(new String(bytes, 32, bytes.length - 32, StandardCharsets.UTF_8), at, cpu, ram, disk);
    }
}
