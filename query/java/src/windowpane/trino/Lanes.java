package windowpane.trino;

import io.trino.spi.resourcegroups.QueryType;
import io.trino.spi.resourcegroups.ResourceGroup;
import io.trino.spi.resourcegroups.ResourceGroupConfigurationManager;
import io.trino.spi.resourcegroups.ResourceGroupId;
import io.trino.spi.resourcegroups.SchedulingPolicy;
import io.trino.spi.resourcegroups.SelectionContext;
import io.trino.spi.resourcegroups.SelectionCriteria;
import io.trino.spi.security.AccessDeniedException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/**
 * How many statements run at once: of the service, which bounds itself, of all people, and of each of them. In open mode,
 * where everybody has as many names as they like, all are one.
 */
final class Lanes implements ResourceGroupConfigurationManager<String> {
    static final String REFUSED = "This statement is not for SQL clients; they may select";

    private static final String SERVICE = "service";
    private static final String PEOPLE = "people";
    private static final String ANYBODY = "anybody";
    private static final int CONNECTIONS = 8;
    private static final int UNBOUNDED = 10_000;
    /** EXPLAIN is not among them: a plan tells of all rows, and of what a view is made of. */
    private static final Set<String> FOR_PEOPLE =
            Set.of(QueryType.SELECT.name(), QueryType.DESCRIBE.name(), QueryType.DATA_DEFINITION.name());

    private final String service;
    private final int ofPeople;
    private final int ofPerson;
    private final int queued;
    private final Kept<String, Boolean> open;

    Lanes(Settings settings) {
        service = settings.service();
        ofPeople = settings.number("queries-of-people");
        ofPerson = settings.number("queries-of-person");
        queued = settings.number("queued-of-person");
        OpenMode openMode = new OpenMode(settings.openAllowed(), settings.database(CONNECTIONS));
        open = new Kept<>(unused -> openMode.isOn());
    }

    @Override
    public Optional<SelectionContext<String>> match(SelectionCriteria criteria) {
        if (criteria.getUser().equals(service)) {
            return Optional.of(new SelectionContext<>(new ResourceGroupId(SERVICE), SERVICE));
        }
        if (!FOR_PEOPLE.containsAll(criteria.getQueryType().map(Set::of).orElse(Set.of()))) {
            throw new AccessDeniedException(REFUSED);
        }
        String person = isOpen() ? ANYBODY : criteria.getUser();
        ResourceGroupId people = new ResourceGroupId(PEOPLE);
        return Optional.of(new SelectionContext<>(new ResourceGroupId(people, person), person));
    }

    private boolean isOpen() {
        try {
            return open.of("");
        } catch (SQLException away) {
            throw new AccessDeniedException("Users cannot be looked up now");
        }
    }

    @Override
    public SelectionContext<String> parentGroupContext(SelectionContext<String> context) {
        return new SelectionContext<>(context.getResourceGroupId().getParent().orElseThrow(), PEOPLE);
    }

    @Override
    public void configure(ResourceGroup group, SelectionContext<String> context) {
        boolean isPerson = group.getId().getParent().isPresent();
        if (isPerson) {
            group.setHardConcurrencyLimit(ofPerson);
            group.setMaxQueuedQueries(queued);
        } else if (group.getId().getLastSegment().equals(SERVICE)) {
            group.setHardConcurrencyLimit(UNBOUNDED);
            group.setMaxQueuedQueries(UNBOUNDED);
        } else {
            group.setHardConcurrencyLimit(ofPeople);
            group.setMaxQueuedQueries(UNBOUNDED);
            group.setSchedulingPolicy(SchedulingPolicy.FAIR);
        }
    }

    @Override
    public void shutdown() {
        // Nothing is kept open.
    }
}
