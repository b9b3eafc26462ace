package windowpane.trino;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file of what SQL clients asked, and of who was refused: a line each, which the keeper takes away to the access log.
 * While nobody does, it stays within its bound, and counts what it has no room for; of refused logins also those that
 * are more than some in a second.
 *
 * <p>A line: milliseconds since 1970, who, outcome, stream, what, address; each encoded as in a form, tabs between.
 */
final class AskedFile {
    private static final long LARGEST = 4 << 20;
    /** Whoever has no key leaves room for what those asked who have one. */
    private static final long LARGEST_FOR_LOGINS = LARGEST / 2;
    private static final int LOGINS_PER_SECOND = 10;
    private static final long SECOND_MILLIS = 1_000;

    private final Path file;
    private final AtomicLong left = new AtomicLong();
    private long second;
    private int loginsInSecond;

    AskedFile(Path file) {
        this.file = file;
    }

    /** Somebody gave a name and a key that do not belong together. */
    void refused(String user) {
        long now = System.currentTimeMillis();
        if (isOneOfFew(now / SECOND_MILLIS)) {
            append(now, List.of(user, "refused", "", "log_in", ""), LARGEST_FOR_LOGINS);
        } else {
            left.incrementAndGet();
        }
    }

    /** Somebody asked. `outcome`: done, refused or failed. `stream`: empty for none. */
    void asked(long millis, String who, String outcome, String stream, String query, String address) {
        append(millis, List.of(who, outcome, stream, query, address), LARGEST);
    }

    private synchronized boolean isOneOfFew(long now) {
        loginsInSecond = now == second ? loginsInSecond + 1 : 1;
        second = now;
        return loginsInSecond <= LOGINS_PER_SECOND;
    }

    private void append(long millis, List<String> fields, long most) {
        List<String> encoded = new ArrayList<>(List.of(Long.toString(millis)));
        for (String field : fields) {
            encoded.add(URLEncoder.encode(field.substring(0, Math.min(200, field.length())), StandardCharsets.UTF_8));
        }
        try {
            write(String.join("\t", encoded), most);
        } catch (IOException error) {
            left.incrementAndGet();
        }
    }

    /** Opened for each line: whoever takes the file away renames it. */
    private synchronized void write(String line, long most) throws IOException {
        if (Files.exists(file) && Files.size(file) > most) {
            left.incrementAndGet();
            return;
        }
        long missing = left.get();
        String before = missing == 0 ? "" : System.currentTimeMillis() + "\t\tfailed\t\t" + missing + "+left+out\t\n";
        Files.writeString(file, before + line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        left.addAndGet(-missing);
    }
}
