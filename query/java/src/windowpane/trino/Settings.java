package windowpane.trino;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** What the plugin's files say. A name that is missing is an error when it is asked for, as Trino starts. */
final class Settings {
    private final Map<String, String> config;

    Settings(Map<String, String> config) {
        this.config = Map.copyOf(config);
    }

    /** The name by which the service asks, which nobody else can log in with. */
    String service() {
        return text("service-user");
    }

    /** Whether anybody may read while there are no users. */
    boolean openAllowed() {
        return Boolean.parseBoolean(text("open-allowed"));
    }

    /** Over a pool of its own for each URL. `connections`: the most that are open at a time. */
    Database database(int connections) {
        Properties login = new Properties();
        login.setProperty(PooledDriver.MOST, Integer.toString(connections));
        login.setProperty("user", text("connection-user"));
        login.setProperty("password", text("connection-password"));
        return new Database(text("connection-url"), login);
    }

    /** Where it is noted what was asked. */
    AskedFile askedFile() {
        return new AskedFile(Path.of(text("asked-file")));
    }

    int number(String name) {
        return Integer.parseInt(text(name));
    }

    private String text(String name) {
        String value = config.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }
}
