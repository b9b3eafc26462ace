package windowpane.trino;

import io.trino.spi.Location;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.eventlistener.EventListener;
import io.trino.spi.eventlistener.QueryCompletedEvent;
import io.trino.spi.eventlistener.QueryCreatedEvent;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The texts of people's statements while they run. Trino says where in a statement a table is that is not there; so must
 * whoever says it of one that may not be seen. It tells of a statement before it looks at any table of it.
 */
final class Statements implements EventListener {
    private static final int MOST = 1_000;

    private final Map<String, String> texts = new ConcurrentHashMap<>();
    private final String service;

    Statements(String service) {
        this.service = service;
    }

    @Override
    public void queryCreated(QueryCreatedEvent event) {
        if (!event.getContext().getUser().equals(service) && texts.size() < MOST) {
            texts.put(event.getMetadata().getQueryId(),
                    event.getMetadata().getPreparedQuery().orElse(event.getMetadata().getQuery()));
        }
    }

    @Override
    public void queryCompleted(QueryCompletedEvent event) {
        texts.remove(event.getMetadata().getQueryId());
    }

    /** Where a statement names a table first; none: nowhere that is found. */
    Optional<Location> location(String query, SchemaTableName table) {
        return Optional.ofNullable(texts.get(query))
                .flatMap(text -> Named.in(text, Visitors.LAKE, table.getSchemaName(), table.getTableName()))
                .map(place -> new Location(place.line(), place.column()));
    }
}
