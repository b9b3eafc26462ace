package windowpane.trino;

import java.sql.SQLException;
import java.util.List;

/** Whether anybody may read: where the settings allow it, until there is a user. */
final class OpenMode {
    private static final String NO_USERS = "select not exists (select from windowpane.users) as empty";

    private final boolean allowed;
    private final Database database;

    OpenMode(boolean allowed, Database database) {
        this.allowed = allowed;
        this.database = database;
    }

    boolean isOn() throws SQLException {
        return allowed && database.rows(NO_USERS, row -> row.getBoolean("empty")).equals(List.of(true));
    }
}
