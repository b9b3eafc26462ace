package windowpane.parsers;

/** Reads the fields of one health message after the other. */
interface MessageParser {
    void read(byte[] message, Totals totals) throws Exception;
}
