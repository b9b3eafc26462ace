package windowpane.trino;

import io.trino.spi.eventlistener.EventListener;
import io.trino.spi.eventlistener.QueryCompletedEvent;
import io.trino.spi.security.AccessDeniedException;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What somebody may read, the same for all checks of a statement: of one grant the rows and of the next the columns would
 * be more than either shows. It holds for some seconds, in which checks are made; one that comes later finds what may be
 * read then, and ends the statement if that is something else.
 */
final class Pinned implements EventListener {
    /** With the time that sights are kept for, less than the ten seconds in which what is taken away must be gone. */
    private static final long NANOS = 5_000_000_000L;
    /** A statement has ended long before. */
    private static final long FORGOTTEN_NANOS = 900_000_000_000L;
    private static final int MOST = 10_000;

    private record Pin(Person person, Sight sight, long since) {}

    private final Map<String, Pin> pins = new ConcurrentHashMap<>();
    private final Kept<Person, Sight> sights;

    Pinned(Kept<Person, Sight> sights) {
        this.sights = sights;
    }

    @Override
    public void queryCompleted(QueryCompletedEvent event) {
        pins.remove(event.getMetadata().getQueryId());
    }

    Sight of(String query, Person person) throws SQLException {
        long now = System.nanoTime();
        Pin pin = pins.get(query);
        if (pin == null) {
            makeRoom(now);
            Pin made = new Pin(person, sights.of(person), now);
            Pin other = pins.putIfAbsent(query, made);
            pin = other == null ? made : other;
        }
        if (!pin.person().equals(person) || now - pin.since() > NANOS && !pin.sight().equals(sights.of(person))) {
            throw new AccessDeniedException("Grants have changed since this statement began; ask again");
        }
        return pin.sight();
    }

    private void makeRoom(long now) {
        if (pins.size() < MOST) {
            return;
        }
        pins.values().removeIf(pin -> now - pin.since() > FORGOTTEN_NANOS);
        if (pins.size() >= MOST) {
            throw new AccessDeniedException("Too many statements wait; ask again later");
        }
    }
}
