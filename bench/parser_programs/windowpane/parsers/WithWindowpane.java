package windowpane.parsers;

import windowpane.flink.format.MessageDecoder;
import windowpane.flink.format.Plan;

/** The decoder of our jobs: it also checks everything that the definition asks for. */
final class WithWindowpane implements MessageParser {
    private final MessageDecoder decoder;

    WithWindowpane(String plan) {
        decoder = new MessageDecoder(Plan.parse(plan));
    }

    @Override
    public void read(byte[] message, Totals totals) {
        if (!decoder.decode(message)) {
            throw new IllegalArgumentException(decoder.field() + ": " + decoder.reason());
        }
        totals.add(
                decoder.text(0).getSizeInBytes(),
                decoder.eventTime(),
                decoder.measure(1),
                decoder.measure(2),
                decoder.measure(3));
    }
}
