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
    private final Refusals refusals;

    AskedListener(Settings settings, Refusals refusals) {
        service = settings.service();
        file = settings.askedFile();
        this.refusals = refusals;
    }

    @Override
    public void queryCompleted(QueryCompletedEvent event) {
        QueryContext context = event.getContext();
        Optional<String> refused = refusals.take(event.getMetadata().getQueryId());
        if (context.getPrincipal().filter(service::equals).isPresent()) {
            return;
        }
        String outcome = outcome(event.getFailureInfo(), refused.isPresent());
        List<String> streams = outcome.equals("refused") && refused.isPresent() ? refused.stream().toList() : event.getMetadata().getTables().stream()
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

    /** Who logged in, whatever name the statement was sent by. In open mode a name is whatever was typed. */
    private static String who(QueryContext context) {
        return context.getPrincipal().filter(principal -> !principal.endsWith("/"))
                .map(principal -> principal.split("/", 2)[0]).orElse(ANYBODY);
    }

    private static String outcome(Optional<QueryFailureInfo> failure, boolean isRefused) {
        return failure.map(info -> isRefused || info.getErrorCode().getName().equals(DENIED) ? "refused" : "failed")
                .orElse("done");
    }
}
