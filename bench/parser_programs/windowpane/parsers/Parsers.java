package windowpane.parsers;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * {@code Parsers name plan.json messages.ndjson messages rounds}: what it read of all messages of a round, then for each round how many
 * nanoseconds of its thread a message took.
 */
public final class Parsers {
    private Parsers() {}

    public static void main(String[] arguments) throws Exception {
        MessageParser parser = named(arguments[0], Files.readString(Path.of(arguments[1])));
        byte[][] messages;
        try (Stream<String> lines = Files.lines(Path.of(arguments[2]))) {
            messages = lines.map(line -> line.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
        }
        int count = Integer.parseInt(arguments[3]);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (int round = 0; round < Integer.parseInt(arguments[4]); round++) {
            Totals totals = new Totals();
            long begun = threads.getCurrentThreadCpuTime();
            for (int i = 0; i < count; i++) {
                parser.read(messages[i % messages.length], totals);
            }
            double nanoseconds = threads.getCurrentThreadCpuTime() - begun;
            if (round == 0) {
                System.out.println(totals);
            }
            System.out.println(nanoseconds / count);
        }
    }

    private static MessageParser named(String name, String plan) {
        return switch (name) {
            case "windowpane" -> new WithWindowpane(plan);
            case "jackson" -> new WithJackson();
            case "fastjson2" -> new WithFastjson2();
            case "simdjson" -> new WithSimdjson();
            case "simdjson_records" -> new WithSimdjsonRecords();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
