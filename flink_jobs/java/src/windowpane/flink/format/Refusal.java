package windowpane.flink.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Why the HTTP edge refused a message, from the envelope in which Kafka keeps it: a zero byte, the reason, a zero byte, the field, a
 * zero byte, the message. {@code streams/refusal_envelope.py} is the same in Python.
 *
 * @param field null if it is the whole message
 */
record Refusal(String reason, String field) {
    private static final int LONGEST_REASON = 100;
    private static final int LONGEST_FIELD = 4 * 200;

    /** Null for anything but an envelope. */
    static Refusal of(byte[] payload) {
        if (payload.length == 0 || payload[0] != 0) {
            return null;
        }
        int reasonEnd = zero(payload, 1, LONGEST_REASON);
        int fieldEnd = reasonEnd < 0 ? -1 : zero(payload, reasonEnd + 1, LONGEST_FIELD);
        if (fieldEnd < 0) {
            return null;
        }
        String reason = new String(payload, 1, reasonEnd - 1, StandardCharsets.UTF_8);
        byte[] field = Arrays.copyOfRange(payload, reasonEnd + 1, fieldEnd);
        if (!Reason.ALL.contains(reason) || !Bytes.isUtf8(field)) {
            return null;
        }
        return new Refusal(reason, field.length == 0 ? null : new String(field, StandardCharsets.UTF_8));
    }

    /** Where the next zero byte is, at most so many bytes on; -1 if there is none. */
    private static int zero(byte[] payload, int from, int most) {
        for (int i = from; i < payload.length && i <= from + most; i++) {
            if (payload[i] == 0) {
                return i;
            }
        }
        return -1;
    }
}
