package windowpane.trino;

import io.trino.spi.security.Identity;
import java.util.Optional;

/**
 * Somebody who logged in with the key of this id; without one, in open mode. As a principal, of which Trino keeps the
 * name alone wherever it takes a session: the name, a slash, which no name has, and the key.
 */
record Person(String name, String key) {
    static Optional<Person> of(Identity identity) {
        return identity.getPrincipal().map(principal -> principal.getName()).filter(name -> name.contains("/"))
                .map(name -> new Person(name.substring(0, name.indexOf('/')), name.substring(name.indexOf('/') + 1)))
                .filter(person -> person.name.equals(identity.getUser()));
    }

    boolean isOpen() {
        return key.isEmpty();
    }

    String principal() {
        return name + "/" + key;
    }
}
