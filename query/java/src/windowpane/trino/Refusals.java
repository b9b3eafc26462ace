package windowpane.trino;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Of which stream a statement asked for something that may not be seen, until it has ended. Its error is that of something
 * which is not there, by which nobody could tell it from a mistake. The oldest are forgotten first.
 */
final class Refusals {
    private static final int MOST = 10_000;

    private final Map<String, String> streams = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MOST;
        }
    });

    /** The first of a statement is what it was refused for. `stream`: empty for what is of none. */
    void note(String query, String stream) {
        streams.putIfAbsent(query, stream);
    }

    /** None: the statement was not refused. */
    Optional<String> take(String query) {
        return Optional.ofNullable(streams.remove(query));
    }
}
