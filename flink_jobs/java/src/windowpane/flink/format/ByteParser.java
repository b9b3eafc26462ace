package windowpane.flink.format;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.ErrorReportConfiguration;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.StreamReadConstraints;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.StreamWriteConstraints;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.io.ContentReference;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.io.IOContext;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.json.UTF8StreamJsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.sym.ByteQuadsCanonicalizer;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.util.BufferRecycler;

/**
 * Jackson's UTF-8 parser, used for one message after the other: a new one for each message would cost as much as the parsing. It
 * takes UTF-8 only, without guessing. After an error it is to be replaced.
 */
final class ByteParser extends UTF8StreamJsonParser {
    /** Keys are remembered across messages; beyond this many someone is making them up. */
    private static final int MOST_KEYS = 2000;

    /** The size of a message is the only limit; its depth is for the caller to see. */
    private static final StreamReadConstraints UNLIMITED =
            StreamReadConstraints.builder()
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build();

    ByteParser() {
        super(
                new IOContext(
                        UNLIMITED,
                        StreamWriteConstraints.defaults(),
                        ErrorReportConfiguration.defaults(),
                        new BufferRecycler(),
                        ContentReference.unknown(),
                        false),
                JsonParser.Feature.collectDefaults(),
                null,
                null,
                ByteQuadsCanonicalizer.createRoot().makeChild(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES.getMask()),
                new byte[0],
                0,
                0,
                0,
                false);
    }

    /** Whether the last message was read to its end, and another can follow. */
    boolean isReusable() {
        return !isClosed() && getParsingContext().inRoot() && _symbols.size() < MOST_KEYS;
    }

    void reset(byte[] payload) {
        _inputBuffer = payload;
        _inputPtr = 0;
        _inputEnd = payload.length;
        _currInputProcessed = 0;
    }

    /** Whether only white space is left after the value that was just read. */
    boolean isAtEnd() {
        for (int i = _inputPtr; i < _inputEnd; i++) {
            byte c = _inputBuffer[i];
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return false;
            }
        }
        return true;
    }
}
