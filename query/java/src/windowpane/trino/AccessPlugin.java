package windowpane.trino;

import io.trino.spi.Plugin;
import io.trino.spi.eventlistener.EventListener;
import io.trino.spi.eventlistener.EventListenerFactory;
import io.trino.spi.resourcegroups.ResourceGroupConfigurationManager;
import io.trino.spi.resourcegroups.ResourceGroupConfigurationManagerContext;
import io.trino.spi.resourcegroups.ResourceGroupConfigurationManagerFactory;
import io.trino.spi.security.PasswordAuthenticator;
import io.trino.spi.security.PasswordAuthenticatorFactory;
import io.trino.spi.security.SystemAccessControl;
import io.trino.spi.security.SystemAccessControlFactory;
import java.util.List;
import java.util.Map;

/** Who may ask Trino, what they may read, how much at once, and that it is noted; each is configured by a file of its own. */
public final class AccessPlugin implements Plugin {
    private static final String NAME = "windowpane";

    private final Refusals refusals = new Refusals();

    @Override
    public Iterable<PasswordAuthenticatorFactory> getPasswordAuthenticatorFactories() {
        return List.of(new PasswordAuthenticatorFactory() {
            @Override
            public String getName() {
                return NAME;
            }

            @Override
            public PasswordAuthenticator create(Map<String, String> config) {
                return new KeyLogin(new Settings(config));
            }
        });
    }

    @Override
    public Iterable<SystemAccessControlFactory> getSystemAccessControlFactories() {
        return List.of(new SystemAccessControlFactory() {
            @Override
            public String getName() {
                return NAME;
            }

            @Override
            public SystemAccessControl create(Map<String, String> config, SystemAccessControlContext context) {
                return ByCaller.control(new Settings(config), refusals);
            }
        });
    }

    @Override
    public Iterable<EventListenerFactory> getEventListenerFactories() {
        return List.of(new EventListenerFactory() {
            @Override
            public String getName() {
                return NAME;
            }

            @Override
            public EventListener create(Map<String, String> config, EventListenerContext context) {
                return new AskedListener(new Settings(config), refusals);
            }
        });
    }

    @Override
    public Iterable<ResourceGroupConfigurationManagerFactory> getResourceGroupConfigurationManagerFactories() {
        return List.of(new ResourceGroupConfigurationManagerFactory() {
            @Override
            public String getName() {
                return NAME;
            }

            @Override
            public ResourceGroupConfigurationManager<?> create(
                    Map<String, String> config, ResourceGroupConfigurationManagerContext context) {
                return new Lanes(new Settings(config));
            }
        });
    }
}
