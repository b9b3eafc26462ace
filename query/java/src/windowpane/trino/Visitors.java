package windowpane.trino;

import io.trino.spi.Location;
import io.trino.spi.QueryId;
import io.trino.spi.TrinoException;
import io.trino.spi.connector.CatalogSchemaName;
import io.trino.spi.connector.CatalogSchemaRoutineName;
import io.trino.spi.connector.CatalogSchemaTableName;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.eventlistener.EventListener;
import io.trino.spi.function.SchemaFunctionName;
import io.trino.spi.security.AccessDeniedException;
import io.trino.spi.security.Identity;
import io.trino.spi.security.SystemAccessControl;
import io.trino.spi.security.SystemSecurityContext;
import io.trino.spi.security.ViewExpression;
import java.security.Principal;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What people may do: read views of the streams that their grants let them ask, rows and columns that these show.
 * What is not named here the interface denies: every write, procedure, session property and sight of others' queries.
 */
final class Visitors implements SystemAccessControl {
    static final String LAKE = "lake";

    private static final int CONNECTIONS = 8;
    private static final String SYSTEM = "system";
    private static final String INFORMATION_SCHEMA = "information_schema";
    /** They list what may be seen, no more; the texts of views are not among them. */
    private static final Set<String> LISTS = Set.of("tables", "columns", "schemata");

    private final String service;
    private final Statements statements;
    private final Kept<Person, Sight> sights;
    private final Pinned pinned;
    private final Refusals refusals;

    Visitors(Settings settings, Refusals refusals) {
        service = settings.service();
        statements = new Statements(service);
        Database database = settings.database(CONNECTIONS);
        sights = new Kept<>(new SightReader(database, new OpenMode(settings.openAllowed(), database))::read);
        pinned = new Pinned(sights);
        this.refusals = refusals;
    }

    @Override
    public Iterable<EventListener> getEventListeners() {
        return List.of(statements, pinned);
    }

    static boolean isBuiltIn(CatalogSchemaRoutineName function) {
        return function.getCatalogName().equals(SYSTEM) && function.getSchemaName().equals("builtin");
    }

    @Override
    public void checkCanSetUser(Optional<Principal> principal, String user) {
        // Who is a person at all has the name of its principal.
        if (Asked.ofQuery()) {
            throw new AccessDeniedException("Plans and counts of queries are not for SQL clients");
        }
    }

    @Override
    public void checkCanExecuteQuery(Identity identity, QueryId query) {
        if (!sight(identity).letIn()) {
            AccessDeniedException.denyExecuteQuery();
        }
    }

    @Override
    public boolean canAccessCatalog(SystemSecurityContext context, String catalog) {
        return catalog.equals(LAKE) || catalog.equals(SYSTEM);
    }

    @Override
    public Set<String> filterCatalogs(SystemSecurityContext context, Set<String> catalogs) {
        return catalogs.stream().filter(catalog -> canAccessCatalog(context, catalog)).collect(Collectors.toSet());
    }

    @Override
    public void checkCanShowSchemas(SystemSecurityContext context, String catalog) {
        // Only those that may be seen are shown.
    }

    @Override
    public Set<String> filterSchemas(SystemSecurityContext context, String catalog, Set<String> schemas) {
        Sight sight = sight(context);
        if (schemas.size() == 1 && Asked.inUse() && schemas.stream().noneMatch(each -> showsSchema(sight, catalog, each))) {
            note(context, catalog, schemas.iterator().next());
            throw Missing.usedSchema(catalog, schemas.iterator().next());
        }
        return schemas.stream().filter(schema -> showsSchema(sight, catalog, schema)).collect(Collectors.toSet());
    }

    @Override
    public void checkCanShowTables(SystemSecurityContext context, CatalogSchemaName schema) {
        // Only those that may be seen are shown.
    }

    @Override
    public Set<SchemaTableName> filterTables(
            SystemSecurityContext context, String catalog, Set<SchemaTableName> tables) {
        Sight sight = sight(context);
        return tables.stream().filter(table -> shows(sight, catalog, table)).collect(Collectors.toSet());
    }

    @Override
    public void checkCanShowColumns(SystemSecurityContext context, CatalogSchemaTableName table) {
        // Only those that may be seen are shown.
    }

    @Override
    public Set<String> filterColumns(SystemSecurityContext context, CatalogSchemaTableName table, Set<String> columns) {
        Optional<StreamSight> stream = stream(context, table);
        return columns.stream().filter(column -> stream.isEmpty() || stream.get().shows(column))
                .collect(Collectors.toSet());
    }

    @Override
    public Map<SchemaTableName, Set<String>> filterColumns(
            SystemSecurityContext context, String catalog, Map<SchemaTableName, Set<String>> columns) {
        Sight sight = sight(context);
        return columns.entrySet().stream().filter(each -> shows(sight, catalog, each.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, each -> filterColumns(
                        context, new CatalogSchemaTableName(catalog, each.getKey()), each.getValue())));
    }

    @Override
    public void checkCanSelectFromColumns(
            SystemSecurityContext context, CatalogSchemaTableName table, Set<String> columns) {
        Optional<StreamSight> stream = stream(context, table);
        if (stream.isPresent() && !columns.stream().allMatch(stream.get()::shows)) {
            note(context, table);
            throw Missing.column();
        }
    }

    /** Asked for while the table is looked up, before anything else of the statement could tell of it. */
    @Override
    public List<ViewExpression> getRowFilters(SystemSecurityContext context, CatalogSchemaTableName table) {
        Optional<StreamSight> stream = stream(context, table);
        if (Asked.inExplainAnalyze()) {
            note(context, table);
            throw new AccessDeniedException(Lanes.REFUSED);
        }
        if (stream.isPresent() && stream.get().columns().isPresent() && Asked.asTable()) {
            note(context, table);
            throw new AccessDeniedException("TABLE is not for this view; select columns, or *");
        }
        return stream.flatMap(StreamSight::rows).map(rows -> expression(table, rows)).stream().toList();
    }

    @Override
    public boolean canExecuteFunction(SystemSecurityContext context, CatalogSchemaRoutineName function) {
        return isBuiltIn(function);
    }

    @Override
    public boolean canCreateViewWithExecuteFunction(SystemSecurityContext context, CatalogSchemaRoutineName function) {
        return isBuiltIn(function);
    }

    @Override
    public void checkCanShowFunctions(SystemSecurityContext context, CatalogSchemaName schema) {
        // Only those that may be called are shown.
    }

    @Override
    public Set<SchemaFunctionName> filterFunctions(
            SystemSecurityContext context, String catalog, Set<SchemaFunctionName> functions) {
        return functions.stream().filter(each -> isBuiltIn(new CatalogSchemaRoutineName(
                catalog, each.getSchemaName(), each.getFunctionName()))).collect(Collectors.toSet());
    }

    /** By the service's name, to whom no column is hidden: a rule may be of a dimension that its reader cannot see. */
    private ViewExpression expression(CatalogSchemaTableName table, String sql) {
        return ViewExpression.builder().identity(service).catalog(LAKE)
                .schema(table.getSchemaTableName().getSchemaName()).expression(sql).build();
    }

    /** The stream that a table of the lake is a view of; none: a table that has nothing to hide. */
    private Optional<StreamSight> stream(SystemSecurityContext context, CatalogSchemaTableName table) {
        Sight sight = sight(context);
        if (!shows(sight, table.getCatalogName(), table.getSchemaTableName())) {
            note(context, table);
            throw missing(context, sight, table);
        }
        SchemaTableName name = table.getSchemaTableName();
        return table.getCatalogName().equals(LAKE) ? sight.of(name.getSchemaName(), name.getTableName()) : Optional.empty();
    }

    /** Before a check can say that something may not be done: whether what it names is there at all. */
    void checkShown(String check, SystemSecurityContext context, Object... named) {
        Sight sight = sight(context);
        for (Object each : named) {
            if (each instanceof CatalogSchemaTableName table
                    && !shows(sight, table.getCatalogName(), table.getSchemaTableName())) {
                String schema = table.getSchemaTableName().getSchemaName();
                note(context, table);
                throw Missing.named(check, table, showsSchema(sight, table.getCatalogName(), schema));
            }
            if (each instanceof CatalogSchemaName schema
                    && !showsSchema(sight, schema.getCatalogName(), schema.getSchemaName())) {
                note(context, schema.getCatalogName(), schema.getSchemaName());
                throw Missing.named(check, schema);
            }
        }
    }

    private void note(SystemSecurityContext context, CatalogSchemaTableName table) {
        note(context, table.getCatalogName(), table.getSchemaTableName().getSchemaName());
    }

    private void note(SystemSecurityContext context, String catalog, String schema) {
        boolean isOfStream = catalog.equals(LAKE) && !schema.equals(INFORMATION_SCHEMA);
        refusals.note(context.getQueryId().getId(), isOfStream ? schema : "");
    }

    private Sight sight(SystemSecurityContext context) {
        try {
            return pinned.of(context.getQueryId().getId(), Person.of(context.getIdentity()).orElseThrow());
        } catch (SQLException away) {
            throw new AccessDeniedException("Grants cannot be looked up now");
        }
    }

    /** Before the statement is looked at. */
    private Sight sight(Identity identity) {
        try {
            return sights.of(Person.of(identity).orElseThrow());
        } catch (SQLException away) {
            throw new AccessDeniedException("Grants cannot be looked up now");
        }
    }

    private TrinoException missing(SystemSecurityContext context, Sight sight, CatalogSchemaTableName table) {
        SchemaTableName name = table.getSchemaTableName();
        Optional<Location> where =
                Asked.inShowStats() ? Optional.empty() : statements.location(context.getQueryId().getId(), name);
        return showsSchema(sight, table.getCatalogName(), name.getSchemaName()) ? Missing.table(table, where)
                : Missing.schema(name.getSchemaName(), where);
    }

    private static boolean showsSchema(Sight sight, String catalog, String schema) {
        return switch (catalog) {
            case LAKE -> schema.equals(INFORMATION_SCHEMA) || sight.knows(schema);
            case SYSTEM -> Set.of(INFORMATION_SCHEMA, "jdbc", "runtime").contains(schema);
            default -> false;
        };
    }

    private static boolean shows(Sight sight, String catalog, SchemaTableName table) {
        String schema = table.getSchemaName();
        if (!showsSchema(sight, catalog, schema)) {
            return false;
        }
        return switch (schema) {
            case INFORMATION_SCHEMA -> LISTS.contains(table.getTableName());
            case "jdbc" -> catalog.equals(SYSTEM) || sight.shows(schema, table.getTableName());
            case "runtime" -> catalog.equals(SYSTEM) ? table.getTableName().equals("queries")
                    : sight.shows(schema, table.getTableName());
            default -> sight.shows(schema, table.getTableName());
        };
    }
}
