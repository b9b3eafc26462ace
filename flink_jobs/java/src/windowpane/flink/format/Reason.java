package windowpane.flink.format;

import java.util.Set;

/** Why a message is rejected. The phrases are stable: they are stored, shown and counted. */
public final class Reason {
    /** Of a row of a file that is no message: no decoder says it, only envelopes do. */
    public static final String CANNOT_BE_READ = "cannot be read";

    public static final String EMPTY = "empty";
    public static final String LARGER_THAN_1_MIB = "larger than 1 MiB";
    public static final String NOT_VALID_UTF_8 = "not valid UTF-8";
    public static final String NOT_VALID_JSON = "not valid JSON";
    public static final String NESTED_TOO_DEEPLY = "nested too deeply";
    public static final String NOT_AN_OBJECT = "not an object";
    public static final String DUPLICATE_KEY = "duplicate key";
    public static final String MISSING = "missing";
    public static final String NULL = "null";
    public static final String NOT_A_STRING = "not a string";
    public static final String NOT_A_NUMBER = "not a number";
    public static final String NOT_A_WHOLE_NUMBER = "not a whole number";
    public static final String NOT_A_BOOLEAN = "not a boolean";
    public static final String NOT_A_TIME = "not a time";
    public static final String NOT_VALID_TEXT = "not valid text";
    public static final String TOO_SMALL = "too small";
    public static final String TOO_LARGE = "too large";
    public static final String TOO_SHORT = "too short";
    public static final String TOO_LONG = "too long";
    public static final String NOT_AN_ALLOWED_VALUE = "not an allowed value";
    public static final String IS_EXCLUDED = "is excluded";
    public static final String NOT_FINITE = "not finite";
    public static final String BEFORE_1970 = "before 1970";
    public static final String TOO_LONG_AGO = "too long ago (seconds, not milliseconds?)";

    /** Also what the job's SQL says of an event time later than the arrival allows. */
    public static final String TOO_FAR_IN_THE_FUTURE = "too far in the future";

    /** Every one. */
    static final Set<String> ALL = Set.of(
            CANNOT_BE_READ, EMPTY, LARGER_THAN_1_MIB, NOT_VALID_UTF_8, NOT_VALID_JSON, NESTED_TOO_DEEPLY,
            NOT_AN_OBJECT, DUPLICATE_KEY, MISSING, NULL, NOT_A_STRING,
            NOT_A_NUMBER, NOT_A_WHOLE_NUMBER, NOT_A_BOOLEAN, NOT_A_TIME, NOT_VALID_TEXT,
            TOO_SMALL, TOO_LARGE, TOO_SHORT, TOO_LONG, NOT_AN_ALLOWED_VALUE, IS_EXCLUDED,
            NOT_FINITE, BEFORE_1970, TOO_LONG_AGO, TOO_FAR_IN_THE_FUTURE);

    private Reason() {}
}
