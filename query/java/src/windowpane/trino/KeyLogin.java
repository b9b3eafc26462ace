package windowpane.trino;

import io.trino.spi.security.AccessDeniedException;
import io.trino.spi.security.BasicPrincipal;
import io.trino.spi.security.PasswordAuthenticator;
import java.nio.ByteBuffer;
import java.security.Principal;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Lets in whoever gives its name and one of its keys; in open mode, anybody. Nobody while PostgreSQL is away. What can be no
 * key costs it no question, and what can costs none of the connections that the checks of statements need.
 */
final class KeyLogin implements PasswordAuthenticator {
    private static final String KEY = """
            select keys.id
            from windowpane.keys
            join windowpane.users on users.name = keys."user"
            where keys.hash = ? and users.name = ? and not users.disabled
            """ + SightReader.KEY_WORKS;
    private static final int LONGEST_NAME = 200;
    private static final int CONNECTIONS = 3;

    private record Login(String name, ByteBuffer hash) {}

    private final Database database;
    private final OpenMode openMode;
    private final String service;
    private final AskedFile asked;
    private final Kept<Login, Optional<Person>> people = new Kept<>(this::person);
    private final Kept<String, Boolean> open;

    KeyLogin(Settings settings) {
        database = settings.database(CONNECTIONS);
        openMode = new OpenMode(settings.openAllowed(), database);
        open = new Kept<>(unused -> openMode.isOn());
        service = settings.service();
        asked = settings.askedFile();
    }

    @Override
    public Principal createAuthenticatedPrincipal(String user, String password) {
        try {
            boolean isName = !user.equals(service) && !user.contains("/") && user.length() <= LONGEST_NAME;
            if (isName && (KeyText.isKey(password) || open.of(""))) {
                Optional<Person> person = people.of(new Login(user, ByteBuffer.wrap(KeyText.hash(password))));
                if (person.isPresent()) {
                    return new BasicPrincipal(person.get().principal());
                }
            }
        } catch (SQLException away) {
            throw new AccessDeniedException("Keys cannot be looked up now");
        }
        asked.refused(user);
        throw new AccessDeniedException("The name or the key is wrong");
    }

    private Optional<Person> person(Login login) throws SQLException {
        List<String> keys = database.rows(KEY, row -> row.getString("id"), login.hash().array(), login.name());
        if (!keys.isEmpty()) {
            return Optional.of(new Person(login.name(), keys.get(0)));
        }
        return openMode.isOn() ? Optional.of(new Person(login.name(), "")) : Optional.empty();
    }
}
