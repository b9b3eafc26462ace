package windowpane.trino;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;

/**
 * PostgreSQL's driver with connections that are kept. Trino's JDBC catalog opens one for each table of each statement,
 * and has no pool of its own; a new connection costs it and PostgreSQL some 10 ms.
 */
public final class PooledDriver extends org.postgresql.Driver {
    /** The property that says how many connections are open at most. */
    static final String MOST = "windowpane.connections";

    private static final String MOST_CONNECTIONS = "8";
    private static final int WAIT_MILLIS = 10_000;

    private static final Map<String, HikariDataSource> POOLS = new ConcurrentHashMap<>();

    @Override
    public Connection connect(String url, Properties info) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        return POOLS.computeIfAbsent(url, unused -> new HikariDataSource(config(url, info))).getConnection();
    }

    private static HikariConfig config(String url, Properties info) {
        Properties login = new Properties();
        login.putAll(info);
        login.remove(MOST);
        HikariConfig config = new HikariConfig();
        config.setPoolName("catalog");
        config.setJdbcUrl(url);
        config.setDataSourceProperties(login);
        config.setMaximumPoolSize(Integer.parseInt(info.getProperty(MOST, MOST_CONNECTIONS)));
        config.setMinimumIdle(1);
        config.setConnectionTimeout(WAIT_MILLIS);
        // A database that is away fails the statement, not the pool.
        config.setInitializationFailTimeout(-1);
        return config;
    }
}
