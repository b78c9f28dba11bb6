package dev.jevent.resolver.ares;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * A name server on a loopback port that answers as a test tells it, with messages that dnsjava writes, or with anything else.
 * A name without a script has one address of each family.
 */
final class NameServer implements AutoCloseable {
    /** What is done with a question. */
    interface Script {
        void run(Exchange exchange) throws IOException;
    }

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final List<Thread> threads = java.util.Collections.synchronizedList(new java.util.ArrayList<>());
    private final Queue<Socket> connections = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /** {@code name type udp} or {@code name type tcp}, in the order they came. */
    final Queue<String> asked = new ConcurrentLinkedQueue<>();

    /** What scripts threw. */
    private final Queue<RuntimeException> defects = new ConcurrentLinkedQueue<>();

    /** Where the questions over UDP came from. */
    final Queue<InetSocketAddress> sources = new ConcurrentLinkedQueue<>();

    NameServer() {
        InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
        try {
            ServerSocket stream = null;
            DatagramSocket datagrams = null;
            while (datagrams == null) { // a port that is free for both
                stream = new ServerSocket(0, 50, loopback);
                try {
                    datagrams = new DatagramSocket(new InetSocketAddress(loopback, stream.getLocalPort()));
                } catch (SocketException e) {
                    stream.close();
                }
            }
            tcp = stream;
            udp = datagrams;
            udp.setReceiveBufferSize(1 << 20);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::serveUdp);
        start(this::serveTcp);
    }

    /** As settings have it. */
    String address() {
        return "127.0.0.1:" + udp.getLocalPort();
    }

    int port() {
        return udp.getLocalPort();
    }

    /** @param name without a final dot; {@code *.example} is for all that end so */
    NameServer on(String name, Script script) {
        scripts.put(name, script);
        return this;
    }

    private void start(Runnable body) {
        Thread thread = new Thread(body, "name-server");
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private Script script(String name) {
        for (String each = name; ; each = "*" + each.substring(each.indexOf('.', each.startsWith("*") ? 2 : 0))) {
            Script script = scripts.get(each);
            if (script != null) {
                return script;
            }
            if (each.indexOf('.', each.startsWith("*") ? 2 : 0) < 0) {
                return scripts.getOrDefault("*", Exchange::replyAddress);
            }
        }
    }

    private void serveUdp() {
        while (!closed) {
            DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
            try {
                udp.receive(packet);
                sources.add((InetSocketAddress) packet.getSocketAddress());
                run(new Exchange(this, Arrays.copyOf(packet.getData(), packet.getLength()), packet.getSocketAddress(), null));
            } catch (IOException e) {
                if (!closed) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serveTcp() {
        while (!closed) {
            try {
                Socket connection = tcp.accept();
                connections.add(connection);
                start(() -> serve(connection));
            } catch (IOException e) {
                if (!closed) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            DataInputStream in = new DataInputStream(connection.getInputStream());
            while (true) {
                byte[] query = new byte[in.readUnsignedShort()];
                in.readFully(query);
                run(new Exchange(this, query, null, connection));
            }
        } catch (EOFException | SocketException e) {
            // The other side has what it wanted, or a script closed it.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run(Exchange exchange) throws IOException {
        asked.add(exchange.name() + " " + Type.string(exchange.type()) + (exchange.isTcp() ? " tcp" : " udp"));
        try {
            script(exchange.name().toLowerCase(Locale.ROOT)).run(exchange);
        } catch (RuntimeException e) {
            defects.add(e); // of the script: the others' go on
        }
    }

    /** How often {@code what} was asked. */
    long count(String what) {
        return asked.stream().filter(what::equals).count();
    }

    @Override
    public void close() {
        closed = true;
        udp.close();
        try {
            tcp.close();
            for (Socket connection : connections) {
                connection.close();
            }
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!defects.isEmpty()) {
            throw defects.peek();
        }
    }

    /** One question, and ways to answer it. May be kept and answered later, by any thread. */
    static final class Exchange {
        final NameServer server;
        final byte[] bytes;
        final Message query;
        private final SocketAddress source;
        private final Socket connection;

        Exchange(NameServer server, byte[] bytes, SocketAddress source, Socket connection) throws IOException {
            this.server = server;
            this.bytes = bytes;
            this.query = new Message(bytes);
            this.source = source;
            this.connection = connection;
        }

        boolean isTcp() {
            return connection != null;
        }

        Socket connection() {
            return connection;
        }

        Name question() {
            return query.getQuestion().getName();
        }

        String name() {
            return question().toString(true);
        }

        int type() {
            return query.getQuestion().getType();
        }

        /** An answer without records. */
        Message message() {
            Message answer = new Message(query.getHeader().getID());
            answer.getHeader().setFlag(Flags.QR);
            answer.getHeader().setFlag(Flags.RD);
            answer.getHeader().setFlag(Flags.RA);
            answer.addRecord(query.getQuestion(), Section.QUESTION);
            return answer;
        }

        Message message(Record... answers) {
            Message answer = message();
            for (Record each : answers) {
                answer.addRecord(each, Section.ANSWER);
            }
            return answer;
        }

        Message negative(int code) {
            Message answer = message();
            answer.getHeader().setRcode(code);
            answer.addRecord(soa(60), Section.AUTHORITY);
            return answer;
        }

        Record soa(long minimum) {
            Name zone = Name.fromConstantString("example.");
            return new SOARecord(zone, DClass.IN, 3600, zone, zone, 1, 1, 1, 1, minimum);
        }

        Record address(Name name, long ttl) {
            return type() == Type.AAAA
                    ? new AAAARecord(name, DClass.IN, ttl, InetAddress.ofLiteral("2001:db8::1"))
                    : new ARecord(name, DClass.IN, ttl, InetAddress.ofLiteral("192.0.2.1"));
        }

        /** The one that tests take for good. */
        Message good() {
            return type() == Type.A || type() == Type.AAAA ? message(address(question(), 60)) : negative(Rcode.NOERROR);
        }

        void replyAddress() throws IOException {
            reply(good());
        }

        void reply(Message answer) throws IOException {
            send(answer.toWire());
        }

        void send(byte[] message) throws IOException {
            if (connection == null) {
                server.udp.send(new DatagramPacket(message, message.length, source));
                return;
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(message.length >> 8);
            out.write(message.length);
            out.write(message);
            sendRaw(out.toByteArray());
        }

        /** Over TCP, without a length before it. */
        void sendRaw(byte[] raw) throws IOException {
            connection.getOutputStream().write(raw);
            connection.getOutputStream().flush();
        }

        /** From a socket that the question wasn't sent to. */
        void sendFrom(DatagramSocket other, byte[] message) throws IOException {
            other.send(new DatagramPacket(message, message.length, source));
        }
    }
}
