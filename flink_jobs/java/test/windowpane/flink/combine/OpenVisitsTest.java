package windowpane.flink.combine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.apache.flink.table.data.StringData;
import org.junit.jupiter.api.Test;

class OpenVisitsTest {
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final VisitRules RULES = new VisitRules(30 * MINUTE, 24 * HOUR, List.of(), List.of("exit"));
    private static final long DAY = 20_000 * 24 * HOUR;

    private final HeapBudget budget = new HeapBudget(1 << 26);
    private final OpenVisits visits = new OpenVisits(RULES, new boolean[] {false, true}, 500, budget);
    private final VisitStep step = new VisitStep(2);

    @Test
    void aVisitGoesOnWithinItsGap() {
        take(1, DAY, DAY, true, "a", "/1");
        assertTrue(step.begins);
        assertEquals(List.of(DAY, 0L, 1L, 0L, 0L), numbers());
        take(1, DAY + 30 * MINUTE, DAY + 30 * MINUTE, true, "b", "/2");
        assertFalse(step.begins);
        assertEquals(List.of(DAY, 1L, 0L, 0L, 1800L), numbers());
        assertEquals("a /1, a /2", dimensions());
        take(1, DAY + 60 * MINUTE + 1, DAY + 60 * MINUTE + 1, true, "c", "/3");
        assertTrue(step.begins);
        assertEquals("c /3, c /3", dimensions());
    }

    @Test
    void olderMessagesMoveNothing() {
        take(1, DAY + MINUTE, DAY + MINUTE, true, "a", "/1");
        take(1, DAY, DAY + MINUTE, true, "a", "/2");
        assertEquals(List.of(DAY + MINUTE, 1L, 0L, 0L, 0L), numbers());
        assertFalse(step.moves);
        take(1, DAY + MINUTE, DAY + MINUTE, true, "a", "/3");
        assertFalse(step.isChanged() && !step.moves);
        assertEquals("a /1, a /3", dimensions());
    }

    @Test
    void whatDoesNotCountEndsNothing() {
        take(1, DAY, DAY, true, "a", "/1");
        take(1, DAY + 20 * MINUTE, DAY + 20 * MINUTE, false, "a", "/2");
        assertFalse(step.isChanged());
        take(1, DAY + 40 * MINUTE, DAY + 40 * MINUTE, false, "a", "/2");
        assertFalse(step.begins);
        take(1, DAY + 10 * MINUTE, DAY + 40 * MINUTE, true, "a", "/3");
        assertEquals(List.of(DAY, 1L, 0L, 0L, 600L), numbers());
        assertEquals("a /1, a /3", dimensions());
    }

    @Test
    void aVisitIsKnownForAnHourBeyondTheGap() {
        take(1, DAY, DAY, true, "a", "/1");
        take(1, DAY + 1, DAY + 90 * MINUTE, true, "a", "/1");
        assertFalse(step.begins);
        take(1, DAY + 2, DAY + 180 * MINUTE + 1, true, "a", "/1");
        assertTrue(step.begins);
    }

    @Test
    void memoryIsThatOfWhatIsKnown() {
        long most = 0;
        // Each visitor comes once, with texts of its own; 9,000 come in 90 minutes.
        for (int visitor = 0; visitor < 300_000; visitor++) {
            long at = DAY + visitor * 600L;
            take(visitor, at, at, true, "site " + visitor, "/" + visitor);
            most = Math.max(most, visits.bytes());
        }
        assertTrue(most < 16 << 20, most + " bytes");
        visits.close();
        assertEquals(1 << 26, budget.left());
    }

    @Test
    void textsOfVisitsThatAreKnownStay() {
        take(-1, DAY, DAY, true, "the one", "/first");
        for (int visitor = 0; visitor < 20_000; visitor++) {
            take(visitor, DAY + visitor, DAY + visitor, true, "site " + visitor, "/" + visitor);
        }
        take(-1, DAY + MINUTE, DAY + MINUTE, true, "x", "/y");
        assertEquals("the one /first, the one /y", dimensions());
        take(7, DAY + MINUTE, DAY + MINUTE, true, "x", "/z");
        assertEquals("site 7 /7, site 7 /z", dimensions());
    }

    @Test
    void tooMuchIsRefused() {
        OpenVisits small = new OpenVisits(RULES, new boolean[] {false, true}, 500, new HeapBudget(1 << 20));
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> {
            for (int visitor = 0; visitor < 100_000; visitor++) {
                StringData[] values = {StringData.fromString("s" + visitor), StringData.fromString("/")};
                small.take(hash(visitor), ~hash(visitor), DAY, DAY, true, values, step);
            }
        });
        assertTrue(refused.getMessage().contains("half of the TaskManager's heap"));
    }

    private void take(int visitor, long at, long arrived, boolean counts, String site, String exit) {
        StringData[] values = {StringData.fromString(site), StringData.fromString(exit)};
        visits.take(hash(visitor), ~hash(visitor), at, arrived, counts, values, step);
    }

    private static long hash(int visitor) {
        return (visitor + 1) * 0x9E3779B97F4A7C15L;
    }

    private List<Long> numbers() {
        return List.of(step.start, step.bouncesBefore, step.bounces, step.secondsBefore, step.seconds);
    }

    private String dimensions() {
        return String.join(" ", Arrays.stream(step.before).map(StringData::toString).toList()) + ", "
                + String.join(" ", Arrays.stream(step.after).map(StringData::toString).toList());
    }
}
