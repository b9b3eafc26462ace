package windowpane.flink.combine;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.Admin;

/** Sees that a topic is the one that the job was started for: a consumer goes on reading one that was deleted and made anew. */
final class TopicFence implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int SECONDS = 60;

    private final String kafka;
    private final String topic;
    private final String id;

    private transient Admin admin;

    TopicFence(String kafka, String topic, String id) {
        this.kafka = kafka;
        this.topic = topic;
        this.id = id;
    }

    /** Fails unless all that was read until now is of that topic. */
    void check() throws Exception {
        if (admin == null) {
            admin = Admin.create(Map.of("bootstrap.servers", kafka));
        }
        String found = admin.describeTopics(List.of(topic)).allTopicNames().get(SECONDS, TimeUnit.SECONDS).get(topic).topicId().toString();
        if (!found.equals(id)) {
            throw new IllegalStateException("Topic " + topic + " was deleted and made anew: its id was " + id + ", it is " + found);
        }
    }

    void close() {
        if (admin != null) {
            admin.close();
        }
    }
}
