package windowpane.trino;

import io.trino.spi.eventlistener.EventListener;
import io.trino.spi.eventlistener.QueryCompletedEvent;
import io.trino.spi.eventlistener.QueryContext;
import io.trino.spi.eventlistener.QueryFailureInfo;
import io.trino.spi.eventlistener.TableInfo;
import java.util.List;
import java.util.Optional;

/** Notes each statement of people that read a stream or was refused: who, of which streams, never its text. */
final class AskedListener implements EventListener {
    private static final String DENIED = "PERMISSION_DENIED";
    private static final String ANYBODY = "anybody";

    private final String service;
    private final AskedFile file;

    AskedListener(Settings settings) {
        service = settings.service();
        file = settings.askedFile();
    }

    @Override
    public void queryCompleted(QueryCompletedEvent event) {
        QueryContext context = event.getContext();
        if (context.getUser().equals(service)) {
            return;
        }
        String outcome = outcome(event.getFailureInfo());
        List<String> streams = event.getMetadata().getTables().stream()
                .filter(table -> table.getCatalog().equals("lake"))
                .map(TableInfo::getSchema)
                .filter(schema -> !schema.equals("information_schema"))
                .distinct()
                .toList();
        if (streams.isEmpty() && !outcome.equals("refused")) {
            return;
        }
        for (String stream : streams.isEmpty() ? List.of("") : streams) {
            file.asked(
                    event.getCreateTime().toEpochMilli(), who(context), outcome, stream,
                    event.getMetadata().getQueryId(), context.getRemoteClientAddress().orElse(""));
        }
    }

    /** In open mode a name is whatever was typed. */
    private static String who(QueryContext context) {
        return context.getPrincipal().filter(principal -> !principal.endsWith("/")).isPresent()
                ? context.getUser() : ANYBODY;
    }

    private static String outcome(Optional<QueryFailureInfo> failure) {
        return failure.map(info -> info.getErrorCode().getName().equals(DENIED) ? "refused" : "failed").orElse("done");
    }
}
