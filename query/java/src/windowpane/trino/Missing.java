package windowpane.trino;

import io.trino.spi.StandardErrorCode;
import io.trino.spi.TrinoException;
import io.trino.spi.connector.CatalogSchemaTableName;

/** The errors of what is not there, also for what may not be seen. */
final class Missing {
    private Missing() {}

    static TrinoException schema(String name) {
        return new TrinoException(StandardErrorCode.SCHEMA_NOT_FOUND, "Schema '" + name + "' does not exist");
    }

    static TrinoException usedSchema(String catalog, String name) {
        return new TrinoException(StandardErrorCode.NOT_FOUND, "Schema does not exist: " + catalog + "." + name);
    }

    static TrinoException table(CatalogSchemaTableName name) {
        return new TrinoException(StandardErrorCode.TABLE_NOT_FOUND, "Table '" + name + "' does not exist");
    }

    /** Without its name, which whoever asked may not have known. */
    static TrinoException column() {
        return new TrinoException(StandardErrorCode.COLUMN_NOT_FOUND, "Column cannot be resolved");
    }
}
