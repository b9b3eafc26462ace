package windowpane.flink.aggregate;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A T-digest as Trino stores it, read without making one. */
final class StoredDigest {
    private static final int TOTAL_WEIGHT = 1 + 3 * Double.BYTES;
    private static final int CENTROIDS = TOTAL_WEIGHT + Double.BYTES;
    private static final int MEANS = CENTROIDS + Integer.BYTES;

    private StoredDigest() {}

    /** Its values if it still has each of them, and not more than {@code most}; else null. */
    static double[] values(byte[] stored, int most) {
        ByteBuffer bytes = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        int centroids = bytes.getInt(CENTROIDS);
        // No centroid weighs less than one value.
        if (centroids > most || bytes.getDouble(TOTAL_WEIGHT) != centroids) {
            return null;
        }
        double[] values = new double[centroids];
        bytes.position(MEANS).slice().order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
        return values;
    }
}
