package windowpane.flink.combine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SeenIdsTest {
    private static final long HORIZON = 60_000;
    private static final long MARGIN = 500;
    private static final long PLENTY = 1L << 30;

    private final Random random = new Random(5);
    private final IdHash hash = new IdHash();

    @Test
    void knowsWhatWasSeenWithinTheHorizon() {
        SeenIds seen = new SeenIds(HORIZON, MARGIN, new HeapBudget(PLENTY));
        Map<String, Long> expected = new HashMap<>();
        long latest = 1_760_000_000_000L;
        for (int i = 0; i < 500_000; i++) {
            latest += random.nextInt(4);
            long arrived = latest - (random.nextInt(10) == 0 ? random.nextInt((int) MARGIN + 1) : 0);
            String id = Integer.toString(random.nextInt(60_000));
            Long before = expected.get(id);
            assertEquals(before != null && before >= arrived - HORIZON, see(seen, "key", id, arrived), id);
            expected.merge(id, arrived, Math::max);
        }
    }

    @Test
    void theHorizonIsPartOfIt() {
        SeenIds seen = new SeenIds(HORIZON, MARGIN, new HeapBudget(PLENTY));
        assertEquals(false, see(seen, "a", "1", 1000));
        assertEquals(true, see(seen, "a", "1", 1000 + HORIZON));
        assertEquals(false, see(seen, "a", "1", 1000 + 2 * HORIZON + 1));
    }

    @Test
    void keyAndIdDoNotRunIntoEachOther() {
        SeenIds seen = new SeenIds(HORIZON, MARGIN, new HeapBudget(PLENTY));
        assertEquals(false, see(seen, "ab", "c", 0));
        assertEquals(false, see(seen, "a", "bc", 0));
        assertEquals(false, see(seen, "", "abc", 0));
        assertEquals(true, see(seen, "a", "bc", 0));
    }

    @Test
    void noHashIsTakenForAnEmptySlot() {
        SeenIds seen = new SeenIds(HORIZON, MARGIN, new HeapBudget(PLENTY));
        assertEquals(false, seen.see(0, 0, 5));
        assertEquals(true, seen.see(0, 0, 5));
        assertEquals(false, seen.see(0, 7, 5));
    }

    @Test
    void takesAFewBytesForEachIdHoweverLongItRuns() {
        HeapBudget budget = new HeapBudget(PLENTY);
        SeenIds seen = new SeenIds(HORIZON, MARGIN, budget);
        int within = 200_000;
        double most = 0;
        for (long i = 0; i < 20L * within; i++) {
            seen.see(random.nextLong(), random.nextLong(), i * HORIZON / within);
            if (i > within && i % 1000 == 0) {
                most = Math.max(most, (double) seen.bytes() / within);
            }
        }
        assertTrue(most < 48, most + " bytes for each id");
        assertEquals(seen.bytes(), PLENTY - budget.left());
        seen.close();
        assertEquals(PLENTY, budget.left());
    }

    @Test
    void staysWithinWhatItMayTake() {
        HeapBudget budget = new HeapBudget(100_000);
        SeenIds seen = new SeenIds(HORIZON, MARGIN, budget);
        IllegalStateException failure = assertThrows(IllegalStateException.class, () -> {
            for (int i = 0; i < 10_000; i++) {
                seen.see(random.nextLong(), random.nextLong(), 0);
            }
        });
        assertTrue(failure.getMessage().contains("shorter horizon"));
        assertTrue(budget.left() >= 0);
    }

    private boolean see(SeenIds seen, String key, String id, long arrived) {
        hash.of(key.getBytes(StandardCharsets.UTF_8), id.getBytes(StandardCharsets.UTF_8));
        return seen.see(hash.high(), hash.low(), arrived);
    }
}
