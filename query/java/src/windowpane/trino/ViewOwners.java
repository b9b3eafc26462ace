package windowpane.trino;

import io.trino.spi.connector.CatalogSchemaRoutineName;
import io.trino.spi.connector.CatalogSchemaTableName;
import io.trino.spi.security.Identity;
import io.trino.spi.security.SystemAccessControl;
import io.trino.spi.security.SystemSecurityContext;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Owners of views that earlier versions made, or the home that this lake was restored from. Views are read with their
 * owner's rights, so these suffice for that; nobody logs in by such a name without being a person with a key.
 */
final class ViewOwners implements SystemAccessControl {
    private static final Pattern NAMES = Pattern.compile("windowpane(-[0-9a-f]{48})?");

    static boolean hasOne(Identity identity) {
        return identity.getPrincipal().isEmpty() && NAMES.matcher(identity.getUser()).matches();
    }

    @Override
    public boolean canAccessCatalog(SystemSecurityContext context, String catalog) {
        return catalog.equals(Visitors.LAKE);
    }

    @Override
    public void checkCanCreateViewWithSelectFromColumns(
            SystemSecurityContext context, CatalogSchemaTableName table, Set<String> columns) {
        // The lake is all that it can be of.
    }

    @Override
    public boolean canExecuteFunction(SystemSecurityContext context, CatalogSchemaRoutineName function) {
        return Visitors.isBuiltIn(function);
    }

    @Override
    public boolean canCreateViewWithExecuteFunction(SystemSecurityContext context, CatalogSchemaRoutineName function) {
        return Visitors.isBuiltIn(function);
    }
}
