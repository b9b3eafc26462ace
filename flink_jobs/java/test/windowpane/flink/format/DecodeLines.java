package windowpane.flink.format;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.binary.BinaryStringData;

/**
 * Lets another language compare its decoder with this one. A line in is {@code {"name": n, "plan": {...}}}, which makes a decoder, or
 * {@code {"name": n, "base64": payload}}, which is answered by one line: {@code {"event_time", "values"}} or {@code {"field", "reason"}}.
 * Each message is decoded in three ways that have to agree: by a decoder that has seen all before it, by one that has seen none, and by
 * one that has just seen a message which makes it go by Jackson's tokens.
 */
public final class DecodeLines {
    private static final ObjectMapper JSON = new ObjectMapper();

    private DecodeLines() {}

    public static void main(String[] arguments) throws IOException {
        Map<String, Plan> plans = new HashMap<>();
        Map<String, MessageDecoder> decoders = new HashMap<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode request = JSON.readTree(line);
            String name = request.get("name").asText();
            if (request.has("plan")) {
                plans.put(name, Plan.parse(request.get("plan").toString()));
                decoders.put(name, new MessageDecoder(plans.get(name)));
            } else {
                byte[] payload = Base64.getDecoder().decode(request.get("base64").asText());
                Plan plan = plans.get(name);
                MessageDecoder slow = new MessageDecoder(plan);
                slow.decode(new byte[] {'['});
                ObjectNode answer = answer(plan, decoders.get(name), payload);
                for (MessageDecoder other : List.of(new MessageDecoder(plan), slow)) {
                    ObjectNode again = answer(plan, other, payload);
                    if (!again.equals(answer)) {
                        throw new IllegalStateException("first " + answer + ", then " + again);
                    }
                }
                out.println(JSON.writeValueAsString(answer));
            }
        }
    }

    private static JsonNode json(Object value) {
        Object plain = value instanceof TimestampData time ? (Object) time.getMillisecond() : value;
        return JSON.valueToTree(plain instanceof BinaryStringData text ? text.toString() : plain);
    }

    private static ObjectNode answer(Plan plan, MessageDecoder decoder, byte[] payload) {
        ObjectNode answer = JSON.createObjectNode();
        if (!decoder.decode(payload)) {
            return answer.put("field", decoder.field()).put("reason", decoder.reason());
        }
        answer.put("event_time", decoder.eventTime());
        var values = answer.putArray("values");
        for (int i = 0; i < plan.columns().size(); i++) {
            if (plan.columns().get(i).kind().isNumber()) {
                values.add(decoder.measure(i));
            } else if (plan.columns().get(i).kind() == Plan.Kind.FIELD) {
                values.add(json(decoder.value(i)));
            } else {
                BinaryStringData text = decoder.text(i);
                values.add(text == null ? null : text.toString());
            }
        }
        return answer;
    }
}
