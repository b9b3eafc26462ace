package windowpane.trino;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.regex.Pattern;

/** Keys as access/key_text.py makes them: what is mistyped, or made up, is told from one without looking for it. */
final class KeyText {
    private static final Pattern SHAPE = Pattern.compile("wpk_[a-z2-7]{38}");
    private static final String DIGITS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int CHECKSUM = 6;
    private static final int BITS = 5;

    private KeyText() {}

    /** Whether a text can be a key. */
    static boolean isKey(String text) {
        return SHAPE.matcher(text).matches()
                && text.endsWith(checksum(text.substring(0, text.length() - CHECKSUM)));
    }

    /** What is stored of a key. */
    static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException error) {
            throw new IllegalStateException(error);
        }
    }

    /** The first digits of the hash in base 32. */
    private static String checksum(String text) {
        byte[] hash = hash(text);
        long first = 0;
        for (int index = 0; index < BITS; index++) {
            first = first << Byte.SIZE | hash[index] & 0xff;
        }
        StringBuilder digits = new StringBuilder();
        for (int digit = 0; digit < CHECKSUM; digit++) {
            digits.append(DIGITS.charAt((int) (first >> BITS * (Byte.SIZE - 1 - digit)) & 0x1f));
        }
        return digits.toString();
    }
}
