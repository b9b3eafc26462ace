package windowpane.trino;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * For tests: reads lines, answers each: of `keys` whether it can be one, of `statements` where the table gone.minutes is
 * in it, as line:column.
 */
public final class TextByLine {
    private TextByLine() {}

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(arguments[0].equals("keys") ? KeyText.isKey(line) : where(line));
        }
    }

    private static String where(String statement) {
        return Named.in(statement, "lake", "gone", "minutes").map(found -> found.line() + ":" + found.column()).orElse("");
    }
}
