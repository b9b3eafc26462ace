package windowpane.flink.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuickReaderTest {
    private final Node root = new Node(null, "");
    private final Node name = root.find(List.of("name"));
    private final Node free = root.find(List.of("ram", "free"));
    private final Node total = root.find(List.of("ram", "total"));
    private final QuickReader reader = new QuickReader(root);
    private long number;

    @BeforeEach
    void readInAnotherOrder() {
        assertTrue(reads("{\"name\":\"first\",\"ram\":{\"total\":9,\"free\":8}}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}", " { } ", "{\"name\":null}", "{\"name\":true}", "{\"name\" : false }", "{\"name\":\"\"}", "{\"ram\":{}}",
                "{\"ram\":7}", "{\"ram\":{\"free\":-0,\"total\":-0.0}}", "{\"name\":123456789012345678}",
                "{\"ram\":{\"free\":1.5},\"name\":\"a\"}\r\n\t"
            })
    void knowsUsualMessages(String message) {
        assertTrue(reads(message));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "{", "[]", "{}{", "{} x", "{,}", "{\"name\"}", "{\"name\":}", "{\"name\":1,}", "{\"name\":1 \"ram\":2}", "{\"name\":1",
                "{\"name\":\"a", "{\"name\":\"a\\n\"}", "{\"name\":\"\u00e9\"}", "{\"name\":\"\t\"}", "{\"name\":nul}", "{\"name\":nulll}",
                "{\"name\":tru", "{\"name\":01}", "{\"name\":-}", "{\"name\":1.}", "{\"name\":.5}", "{\"name\":+1}", "{\"name\":1e2}",
                "{\"name\":1234567890123456789}", "{\"name\":9007199254740.9935}", "{\"name\":[]}", "{\"name\":{}}", "{\"name\":1,\"name\":1}",
                "{\"ram\":{\"free\":1,\"free\":1}}", "{\"other\":1}", "{\"nam\":1}", "{\"names\":1}", "{\"n\\u0061me\":1}", "\u00ff"
            })
    void leavesAllOthers(String message) {
        assertFalse(reads(message));
        assertTrue(reads("{\"name\":\"next\"}"));
    }

    @Test
    void readsValues() {
        assertTrue(reads("{\"ram\":{\"free\":0.125,\"total\":-16},\"name\":\"checkout\"}"));
        assertEquals("checkout", new String(name.text, 0, name.length));
        assertEquals(0.125, free.number);
        assertEquals(-16, total.whole);
        assertEquals(-16.0, total.number);
        assertEquals(List.of(Node.STRING, Node.FRACTION, Node.WHOLE), List.of(name.kind, free.kind, total.kind));
    }

    @Test
    void doesNotTakeOldValuesForNew() {
        assertTrue(reads("{\"name\":\"a\"}"));
        assertEquals(number, name.message);
        assertTrue(free.message < number);
    }

    @Test
    void knowsKeysAsJsonSpellsThem() {
        root.find(List.of("a\"b\\"));
        assertTrue(reads("{\"a\\\"b\\\\\":1}"));
        assertFalse(reads("{\"a\"b\\\":1}"));
    }

    private boolean reads(String message) {
        return reader.read(message.getBytes(StandardCharsets.UTF_8), ++number);
    }
}
