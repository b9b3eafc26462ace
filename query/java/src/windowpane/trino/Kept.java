package windowpane.trino;

import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What was read is kept for some seconds: as long as something may be seen that has been taken away. */
final class Kept<K, V> {
    private static final long NANOS = 3_000_000_000L;
    private static final int MOST = 10_000;

    private record Entry<V>(V value, long until) {}

    /** Reads what is not kept. */
    interface Source<K, V> {
        V read(K key) throws SQLException;
    }

    private final Map<K, Entry<V>> entries = new ConcurrentHashMap<>();
    private final Source<K, V> source;

    Kept(Source<K, V> source) {
        this.source = source;
    }

    V of(K key) throws SQLException {
        long now = System.nanoTime();
        Entry<V> entry = entries.get(key);
        if (entry == null || entry.until() - now < 0) {
            // Old from when it was asked for, not from when the answer came.
            entry = new Entry<>(source.read(key), now + NANOS);
            if (entries.size() >= MOST) {
                entries.clear();
            }
            entries.put(key, entry);
        }
        return entry.value();
    }
}
