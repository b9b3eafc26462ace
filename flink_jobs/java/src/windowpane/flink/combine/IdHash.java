package windowpane.flink.combine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * 128 bits of SHA-256 over a key and an id, the length of the key before both: two messages with the same count as one, so nobody may be
 * able to make such, and of 2^50 messages two are the same by chance once in 2^28 times.
 */
final class IdHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int BYTES = 32;

    private final MessageDigest digest;
    private final byte[] length = new byte[4];
    private final byte[] hash = new byte[BYTES];

    IdHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    void of(byte[] key, byte[] id) {
        for (int i = 0; i < length.length; i++) {
            length[i] = (byte) (key.length >>> 8 * i);
        }
        digest.update(length);
        digest.update(key);
        digest.update(id);
        try {
            digest.digest(hash, 0, BYTES);
        } catch (DigestException e) {
            throw new IllegalStateException(e);
        }
    }

    long high() {
        return (long) LONG.get(hash, 0);
    }

    long low() {
        return (long) LONG.get(hash, Long.BYTES);
    }
}
