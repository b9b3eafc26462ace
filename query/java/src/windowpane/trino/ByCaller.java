package windowpane.trino;

import io.trino.plugin.base.security.AllowAllSystemAccessControl;
import io.trino.spi.security.Identity;
import io.trino.spi.security.SystemAccessControl;
import io.trino.spi.security.SystemSecurityContext;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.security.Principal;
import java.util.Optional;

/** Hands each check to the control of its kind of caller. Whoever is of no kind meets the interface's own, which deny. */
final class ByCaller implements InvocationHandler {
    private static final SystemAccessControl NOBODY = new SystemAccessControl() {};

    private final String service;
    private final SystemAccessControl ofService = new AllowAllSystemAccessControl();
    private final SystemAccessControl ofViewOwners = new ViewOwners();
    private final Visitors ofPeople;

    private ByCaller(Settings settings, Refusals refusals) {
        service = settings.service();
        ofPeople = new Visitors(settings, refusals);
    }

    static SystemAccessControl control(Settings settings, Refusals refusals) {
        Class<?>[] interfaces = {SystemAccessControl.class};
        return (SystemAccessControl) Proxy.newProxyInstance(
                ByCaller.class.getClassLoader(), interfaces, new ByCaller(settings, refusals));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] values) throws Throwable {
        Optional<Identity> caller = values == null ? Optional.empty() : caller(values);
        SystemAccessControl control = values == null ? ofPeople : of(caller);
        boolean isCheck = method.getName().startsWith("checkCan");
        // Those without a context name no table and no schema.
        if (isCheck && control == ofPeople && values[0] instanceof SystemSecurityContext context) {
            ofPeople.checkShown(method.getName(), context, values);
        }
        Object target = method.getDeclaringClass() == Object.class ? this : control;
        try {
            return method.invoke(target, values);
        } catch (InvocationTargetException error) {
            throw error.getCause();
        }
    }

    private SystemAccessControl of(Optional<Identity> caller) {
        if (caller.isEmpty()) {
            return NOBODY;
        }
        if (isService(caller.get())) {
            return ofService;
        }
        if (ViewOwners.hasOne(caller.get())) {
            return ofViewOwners;
        }
        return Person.of(caller.get()).isPresent() ? ofPeople : NOBODY;
    }

    /** By its own token; or without a principal, as what row filters and its views are read by. */
    private boolean isService(Identity identity) {
        return identity.getUser().equals(service)
                && identity.getPrincipal().map(Principal::getName).orElse(service).equals(service);
    }

    /** Who is being checked: each check names it first. */
    private static Optional<Identity> caller(Object[] values) {
        if (values[0] instanceof SystemSecurityContext context) {
            return Optional.of(context.getIdentity());
        }
        if (values[0] instanceof Identity identity) {
            return Optional.of(identity);
        }
        if (values[0] instanceof Optional<?> principal && principal.isPresent() && values[1] instanceof String user) {
            return Optional.of(Identity.forUser(user).withPrincipal((Principal) principal.get()).build());
        }
        return Optional.empty();
    }
}
