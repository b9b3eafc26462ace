package windowpane.trino;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/** Questions to PostgreSQL, over connections that are kept apart from the catalog's. */
final class Database {
    private final PooledDriver driver = new PooledDriver();
    private final String url;
    private final Properties login;

    Database(String url, Properties login) {
        this.url = url;
        this.login = login;
    }

    /** One row of an answer, as something else. */
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** All rows of an answer. Values are texts, numbers, bytes. */
    <T> List<T> rows(String sql, Reader<T> reader, Object... values) throws SQLException {
        try (Connection connection = driver.connect(url, login);
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int index = 0; index < values.length; index++) {
                statement.setObject(index + 1, values[index]);
            }
            List<T> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(reader.read(rows));
                }
            }
            return found;
        }
    }

    /** The texts of a column of arrays; none where it is null. */
    static Set<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return array == null ? Set.of() : Arrays.stream((String[]) array.getArray()).filter(Objects::nonNull)
                .collect(Collectors.toUnmodifiableSet());
    }
}
