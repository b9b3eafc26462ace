package windowpane.trino;

import io.trino.spi.Location;
import io.trino.spi.StandardErrorCode;
import io.trino.spi.TrinoException;
import io.trino.spi.connector.CatalogSchemaName;
import io.trino.spi.connector.CatalogSchemaTableName;
import java.util.Optional;
import java.util.Set;

/** The errors of what may not be seen: those that Trino itself has for what is not there. */
final class Missing {
    private static final Optional<Location> STATEMENT = Optional.of(new Location(1, 1));
    /** Checks of statements that look for the schema first. */
    private static final Set<String> OF_SCHEMAS = Set.of(
            "checkCanShowColumns", "checkCanCreateTable", "checkCanCreateView", "checkCanCreateMaterializedView");

    private Missing() {}

    /** What a statement names that does something with a table. */
    static TrinoException named(String check, CatalogSchemaTableName table, boolean inSchema) {
        if (OF_SCHEMAS.contains(check)) {
            return inSchema ? table(table, STATEMENT) : schema(table.getSchemaTableName().getSchemaName(), STATEMENT);
        }
        boolean isShown = check.equals("checkCanShowCreateTable");
        boolean isView = isShown ? Sight.isView(table.getSchemaTableName().getTableName()) : check.contains("View");
        String kind = isView ? "View" : "Table";
        StandardErrorCode code = check.equals("checkCanDropView")
                ? StandardErrorCode.GENERIC_USER_ERROR : StandardErrorCode.TABLE_NOT_FOUND;
        return new TrinoException(code, STATEMENT, kind + " '" + table + "' does not exist", null);
    }

    /** What a statement names that does something with a schema. */
    static TrinoException named(String check, CatalogSchemaName schema) {
        return check.equals("checkCanShowTables") ? schema(schema.getSchemaName(), Optional.empty())
                : schema(schema.toString(), STATEMENT);
    }

    static TrinoException schema(String name, Optional<Location> where) {
        return new TrinoException(
                StandardErrorCode.SCHEMA_NOT_FOUND, where, "Schema '" + name + "' does not exist", null);
    }

    static TrinoException usedSchema(String catalog, String name) {
        return new TrinoException(StandardErrorCode.NOT_FOUND, "Schema does not exist: " + catalog + "." + name);
    }

    static TrinoException table(CatalogSchemaTableName name, Optional<Location> where) {
        return new TrinoException(
                StandardErrorCode.TABLE_NOT_FOUND, where, "Table '" + name + "' does not exist", null);
    }

    /** Without its name, which whoever asked may not have known. */
    static TrinoException column() {
        return new TrinoException(StandardErrorCode.COLUMN_NOT_FOUND, "Column cannot be resolved");
    }
}
