package dev.jevent.resolver.ares;

import dev.jevent.spi.Alarm;
import dev.jevent.spi.CarrierCallback;
import dev.jevent.spi.HubLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * One channel of c-ares and its sockets, in the loop of one hub, whose thread alone uses it.
 *
 * <p>c-ares decides whom to ask, when to ask again and when to give up. It does nothing by itself: each call leaves
 * operations in the exchange, which are done here after it has returned, and what they lead to is told by further calls. So
 * nothing is ever entered twice. An answer makes its question settled, and who waits runs in a later step of the hub.
 *
 * <p>A datagram reaches c-ares only if it answers, on the port that the question went out from, exactly that question, and
 * all of it makes sense: what doesn't ends no wait.
 */
final class AresChannel {
    /** Room for the longest message and the head of its operation, twice. */
    private static final int EXCHANGE = 1 << 17;

    private static final int LONGEST_DATAGRAM = 4096;

    private final HubLoop loop;
    private final ByteBuffer exchange = ByteBuffer.allocateDirect(EXCHANGE).order(ByteOrder.nativeOrder());
    private final byte[] datagram = new byte[LONGEST_DATAGRAM];
    private final Configuration.InForce configuration;
    private final Predicate<Question> isWanted;
    private final Settler settler;
    private final boolean recursion;
    private final int queriesPerPort;
    private final boolean watchesDescriptors;
    private final Alarm expiry;
    private final Alarm pace;

    private long channel; // 0: closed
    private boolean retired;
    private boolean edns;
    private boolean running; // a call of c-ares, or what it led to, is in progress
    private final List<Link> links = new ArrayList<>(2);
    private final ArrayDeque<Event> events = new ArrayDeque<>(); // to be told to c-ares
    private final ArrayDeque<Question> waiting = new ArrayDeque<>();
    private final InFlight inFlight;

    /** Told of each question what became of it; on the hub's thread. */
    interface Settler {
        void settle(Question question, Answer answer, Failure failure);
    }

    /** What c-ares is to be told next. */
    private record Event(int socket, boolean failure) {}

    /**
     * @param limit of queries in flight
     * @param isWanted of a question before it is sent: if it isn't, it is dropped
     * @throws IllegalStateException with the reason of c-ares if it can't be had
     */
    AresChannel(HubLoop loop, Configuration wanted, int limit, int queriesPerPort, Predicate<Question> isWanted, Settler settler) {
        this.loop = loop;
        this.queriesPerPort = queriesPerPort;
        this.isWanted = isWanted;
        this.settler = settler;
        inFlight = new InFlight(limit, exchange, () -> Ares.random(channel));
        // Where channels are not the system's, as in a simulated network, descriptors would lead out of it.
        watchesDescriptors = loop.capabilities().descriptors() && loop.channels() == SelectorProvider.provider();
        recursion = (wanted.flags() & Ares.NORECURSE) == 0;
        edns = (wanted.flags() & Ares.EDNS) != 0;
        exchange.put(wanted.servers().getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
        exchange.put(wanted.resolvConf().getBytes(StandardCharsets.UTF_8)).put((byte) 0);
        long opened = Ares.open(exchange, wanted.flags(), wanted.timeoutMillis(), wanted.tries(), wanted.ndots(),
                wanted.udpPort(), wanted.tcpPort(), Message.DATAGRAM);
        if (opened < 0) {
            throw new IllegalStateException("c-ares cannot be used with " + wanted + ": " + Ares.text((int) -opened));
        }
        channel = opened;
        String lines = Ares.configuration(channel);
        if (lines == null) {
            Ares.destroy(channel);
            throw new OutOfMemoryError("c-ares has no memory for its configuration");
        }
        configuration = Configuration.InForce.parse(lines);
        expiry = loop.alarm(this::expire);
        pace = loop.alarm(this::goOn);
    }

    Configuration.InForce configuration() {
        return configuration;
    }

    int queriesPerPort() {
        return queriesPerPort;
    }

    /** Whether ports are descriptors; else they are channels. */
    boolean watchesDescriptors() {
        return watchesDescriptors;
    }

    HubLoop loop() {
        return loop;
    }

    boolean isClosed() {
        return channel == 0;
    }

    // ---- questions ----

    /** Asks, as soon as fewer than the limit are in flight; first come, first served. */
    void ask(Question question) {
        waiting.add(question);
        goOn();
    }

    private void goOn() {
        if (running || channel == 0) {
            return; // it is done when that is over
        }
        running = true;
        try {
            while (channel != 0 && !waiting.isEmpty() && inFlight.hasRoom()) {
                Question next = waiting.poll();
                if (isWanted.test(next)) {
                    launch(next, edns);
                }
            }
        } finally {
            running = false;
        }
        setAlarms();
    }

    private void launch(Question question, boolean withEdns) {
        int id = inFlight.freeId();
        if (id < 0) {
            settler.settle(question, null, new Failure(Failure.LOCAL, "the system gives no random numbers"));
            return;
        }
        Query query = new Query(question, id, recursion, withEdns);
        inFlight.add(query);
        exchange.clear().put(query.message);
        int bytes = Ares.send(channel, id, query.message.length);
        if (bytes < 0) {
            over(query);
            settler.settle(question, null, new Failure(Failure.LOCAL, "no memory"));
            return;
        }
        perform(bytes);
    }

    /** The one in flight that has this number, or null. */
    Query query(int id) {
        return inFlight.find(id);
    }

    private void over(Query query) {
        inFlight.remove(query);
        leavePorts(query);
    }

    // ---- what c-ares wants ----

    /** Does what a call left in the exchange, tells c-ares what came of it, and so on until it is content. */
    private void perform(int bytes) {
        while (true) {
            while (bytes > 0) {
                exchange.clear();
                for (int at = 0; at < bytes; ) {
                    int length = exchange.getInt(at + 16);
                    operation(at, length);
                    at += Ares.HEAD + (length + 3 & ~3);
                }
                bytes = Ares.give(channel);
            }
            Event event = events.poll();
            if (event == null) {
                return;
            }
            bytes = event.failure ? Ares.failed(channel, event.socket, false) : Ares.writable(channel, event.socket);
        }
    }

    /** Runs while the exchange is full of others: it calls nothing of c-ares. */
    private void operation(int at, int length) {
        int subject = exchange.getInt(at + 4);
        int data = at + Ares.HEAD;
        switch (exchange.getInt(at)) {
            case Ares.OPEN -> open(subject, exchange.getInt(at + 8) == 1, exchange.getInt(at + 12), data, length);
            case Ares.SEND -> {
                Link link = link(subject);
                if (link != null) {
                    exchange.limit(data + length).position(data);
                    link.send(exchange);
                    exchange.clear();
                }
            }
            case Ares.CLOSE -> {
                Link link = link(subject);
                if (link != null) {
                    links.remove(link);
                    link.close();
                }
            }
            case Ares.WRITES -> {
                if (link(subject) instanceof TcpLink stream && stream.wantsToWrite()) {
                    events.add(new Event(subject, false));
                }
            }
            case Ares.ANSWER -> answered(query(subject), exchange.getInt(at + 8), data, length);
            default -> throw new IllegalStateException("operation: " + exchange.getInt(at));
        }
    }

    private Link link(int number) {
        for (int i = 0; i < links.size(); i++) {
            if (links.get(i).number() == number) {
                return links.get(i);
            }
        }
        return null;
    }

    private void open(int number, boolean stream, int port, int data, int length) {
        byte[] address = new byte[length];
        exchange.get(data, address);
        InetSocketAddress server;
        try {
            server = new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + length + " bytes", e);
        }
        links.add(stream ? TcpLink.connect(this, number, server) : new UdpLink(this, number, server));
    }

    private void answered(Query query, int status, int data, int length) {
        if (query == null) {
            return;
        }
        over(query);
        if (status != Ares.SUCCESS) {
            settler.settle(query.question, null, failure(query, status));
            return;
        }
        Answer answer = query.read;
        if (answer == null) {
            byte[] bytes = new byte[length];
            exchange.get(data, bytes);
            try {
                answer = Message.answers(bytes, length, query.message)
                        ? Message.parse(bytes, length, query.message, query.question.key.name())
                        : null;
            } catch (Message.Malformed e) {
                // said below
            }
        }
        if (answer == null) {
            settler.settle(query.question, null, new Failure(Failure.LOCAL, "an answer that makes no sense"));
        } else if (answer.code() == Answer.FORMAT_ERROR && query.edns && !edns) {
            waiting.addFirst(query.question); // asked before we knew what the name server doesn't
        } else {
            settler.settle(query.question, answer, null);
        }
    }

    private Failure failure(Query query, int status) {
        String reason = Ares.text(status);
        if (query.code != 0) {
            reason = "the name server answered " + Answer.codeText(query.code);
        } else if (!configuration.servers().isEmpty()) {
            reason += " (" + String.join(", ", configuration.servers()) + ")";
        }
        return new Failure(status, reason);
    }

    // ---- what comes ----

    /** Takes what {@code source} has into the exchange. @return bytes; 0: nothing; -1: its end */
    int receive(ReadableByteChannel source) throws IOException {
        return source.read(exchange.clear());
    }

    /** The exchange, with room for a datagram. */
    ByteBuffer roomForDatagram() {
        return exchange.clear().limit(LONGEST_DATAGRAM);
    }

    /** {@code length} bytes of a stream are in the exchange. */
    void arrived(TcpLink link, int length) {
        running = true;
        try {
            perform(Ares.received(channel, link.number(), length));
        } finally {
            running = false;
        }
        goOn();
    }

    /** A datagram of {@code length} bytes is in the exchange. */
    void arrived(UdpPort port, int length) {
        exchange.get(0, datagram, 0, length);
        Query query = length < Message.HEADER ? null : query(Message.id(datagram));
        int use = query == null || !port.queries.contains(query) ? 0 : use(query, length);
        if (use == 0) {
            if (port.countFalse(length < Message.HEADER ? -1 : Message.id(datagram))) {
                useStreams(port);
            }
            return;
        }
        deliver(port, query, use);
    }

    /** @return how many bytes of the exchange are for c-ares, of what came or instead of it; 0: it is no answer */
    private int use(Query query, int length) {
        byte[] question = query.message;
        boolean bare = Message.isBareFormatError(datagram, length, question);
        if (!bare && !Message.answers(datagram, length, question)) {
            return 0;
        }
        if (query.edns && Message.code(datagram) == Answer.FORMAT_ERROR) {
            edns = false;
            return put(Message.withoutEdns(question));
        }
        if (bare) {
            return length;
        }
        if (Message.isTruncated(datagram)) {
            leavePorts(query);
            return length;
        }
        try {
            query.read = Message.parse(datagram, length, question, query.question.key.name());
        } catch (Message.Malformed e) {
            return 0;
        }
        int code = query.read.code();
        if (code != Answer.NO_ERROR && code != Answer.NO_NAME) {
            query.code = code;
        }
        return length;
    }

    private int put(byte[] message) {
        exchange.clear().put(message);
        return message.length;
    }

    private void deliver(UdpPort port, Query query, int length) {
        running = true;
        try {
            perform(Ares.received(channel, port.link.number, length));
        } finally {
            query.read = null;
            running = false;
        }
        goOn();
    }

    /** Makes c-ares ask by a stream, as if a name server had answered that there is too much to say. */
    private void useStreams(UdpPort port) {
        for (Query query : List.copyOf(port.queries)) {
            if (channel != 0 && query(query.id) == query) {
                leavePorts(query);
                deliver(port, query, put(Message.truncated(query.message)));
            }
        }
        port.close();
    }

    /** What is asked by a stream is answered there: no datagram counts any more. */
    private void leavePorts(Query query) {
        for (UdpPort port : query.ports) {
            port.forget(query);
        }
        query.ports.clear();
    }

    /** A socket failed, or its stream ended: c-ares closes it and asks in another way. */
    void failed(int socket, boolean ended) {
        running = true;
        try {
            perform(Ares.failed(channel, socket, ended));
        } finally {
            running = false;
        }
        goOn();
    }

    /** As {@link #failed}, in the midst of operations. */
    void failsLater(int socket) {
        events.add(new Event(socket, true));
    }

    void writable(int socket) {
        running = true;
        try {
            perform(Ares.writable(channel, socket));
        } finally {
            running = false;
        }
        goOn();
    }

    private void expire() {
        if (channel == 0) {
            return;
        }
        running = true;
        try {
            perform(Ares.expire(channel));
        } finally {
            running = false;
        }
        goOn();
    }

    /** Who waits does so with a hold on its hub: neither alarms nor sockets keep the loop going. */
    private void setAlarms() {
        if (channel == 0) {
            return;
        }
        if (inFlight.size() == 0) {
            expiry.cancel();
        } else if (!expiry.isSet()) {
            expiry.set(TimeUnit.MILLISECONDS.toNanos(Math.max(1, Ares.timeout(channel))), false);
        } else if (expiry.remaining() > TimeUnit.MILLISECONDS.toNanos(configuration.timeoutMillis())) {
            expiry.set(TimeUnit.MILLISECONDS.toNanos(configuration.timeoutMillis()), false);
        }
        if (retired && inFlight.size() == 0 && waiting.isEmpty()) {
            close();
            return;
        }
        long pause = waiting.isEmpty() ? -1 : inFlight.untilRoom();
        if (pause < 0) {
            pace.cancel();
        } else if (!pace.isSet()) {
            pace.set(pause, false);
        }
    }

    // ---- for ports that are descriptors: results as of Ares ----

    int connectDescriptor(int socket) {
        return Ares.connect(channel, socket);
    }

    int sendFrom(int descriptor, int at, int length) {
        return Ares.transmit(channel, descriptor, at, length);
    }

    int receiveFrom(int descriptor) {
        exchange.clear();
        return Ares.receive(channel, descriptor, LONGEST_DATAGRAM);
    }

    // ---- the end ----

    /** Closes it as soon as nothing is in flight. */
    void retire() {
        retired = true;
        setAlarms();
    }

    /** Closes it with all that is in flight, of which nobody is told. Idempotent. */
    void close() {
        if (channel == 0) {
            return;
        }
        if (!loop.isClosed()) {
            expiry.cancel();
            pace.cancel();
        }
        for (Link link : List.copyOf(links)) {
            link.close();
        }
        links.clear();
        waiting.clear();
        inFlight.clear();
        long closing = channel;
        channel = 0;
        Ares.destroy(closing);
    }
}
