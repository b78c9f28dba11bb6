package dev.jevent.servers;

import dev.jevent.Hub;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * A {@code jshell} into the running process, for {@code nc} and {@code telnet}, with objects of the application as variables.
 *
 * <pre>{@code
 * var backdoor = BackdoorServer.on(4444).with("shop", shop);
 * backdoor.start();
 * log("backdoor: nc 127.0.0.1 4444, token " + backdoor.token());
 * }</pre>
 *
 * <p><b>Who gets in.</b> Whoever does can do whatever this process can. So it listens on the loopback address or a UNIX socket, which
 * is made for its owner only, unless {@link #remote()} says otherwise; and a client's first line must be the {@link #token()}.
 *
 * <p><b>Where code runs.</b> It is compiled on a native thread of the session's own, and the hub goes on meanwhile. Then it runs in a
 * greenlet of this server's hub, as the application's own code does: it may use what belongs to that hub, nothing else of the hub
 * runs between two of its waits, and a loop without a wait stops the hub. Ctrl-C kills it at its next wait; so does the end of the
 * session by other than {@code exit} or the end of the input. What it prints to {@code System.out} and {@code System.err} goes to
 * the session; what greenlets print that it has spawned doesn't.
 *
 * <p>Each session has variables of its own, at first the objects given. {@code System.exit} ends the process.
 */
public final class BackdoorServer extends StreamServer {
    private static final int SESSIONS = 10;
    private static final int SHORTEST_TOKEN = 16;
    private static final Pattern NAME = Pattern.compile("[\\p{Alpha}_$][\\p{Alnum}_$]*");

    /** @param type as source code has it */
    record Variable(String type, Object value) {}

    private final SocketAddress at;
    private final AtomicReference<Map<String, Variable>> variables = new AtomicReference<>(Map.of());
    private volatile String token = newToken();
    private volatile String banner = "";
    private boolean remote;

    private BackdoorServer(SocketAddress at) {
        super(at);
        this.at = at;
        limit(SESSIONS);
    }

    /** On the loopback address. @param port 0: any that is free */
    public static BackdoorServer on(int port) {
        return on(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** @param address as for {@link Server#address} */
    public static BackdoorServer on(String address) {
        return on(address(address));
    }

    public static BackdoorServer on(SocketAddress address) {
        return new BackdoorServer(address);
    }

    private static String newToken() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    // ---- configuration ----

    /**
     * Gives sessions that begin later a variable. Its type is the class of {@code value}, or the nearest of its superclasses and
     * interfaces that is public.
     */
    @AnyThread
    public BackdoorServer with(String name, Object value) {
        return with(name, Objects.requireNonNull(value, "value").getClass(), value);
    }

    /** As {@link #with(String, Object)}. @param value may be null */
    @AnyThread
    public BackdoorServer with(String name, Class<?> type, Object value) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("name: \"" + name + "\" (expected: a name of a variable)");
        }
        if (value != null && !type.isInstance(value)) {
            throw new IllegalArgumentException("value: of " + value.getClass().getName() + " (expected: of " + type.getName() + ")");
        }
        Variable variable = new Variable(visible(type).getCanonicalName(), value);
        variables.updateAndGet(before -> {
            Map<String, Variable> after = new LinkedHashMap<>(before);
            after.put(name, variable);
            return Collections.unmodifiableMap(after);
        });
        return this;
    }

    private static Class<?> visible(Class<?> type) {
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            if (isVisible(each)) {
                return each;
            }
            for (Class<?> face : each.getInterfaces()) {
                if (isVisible(face)) {
                    return face;
                }
            }
        }
        return Object.class;
    }

    private static boolean isVisible(Class<?> type) {
        if (type.isArray()) {
            return isVisible(type.componentType());
        }
        for (Class<?> each = type; each != null; each = each.getEnclosingClass()) {
            if (!Modifier.isPublic(each.getModifiers())) {
                return false;
            }
        }
        return type.getCanonicalName() != null && type.getModule().isExported(type.getPackageName());
    }

    /** Printed when somebody connects, before the token is asked for. */
    @AnyThread
    public BackdoorServer banner(String text) {
        banner = Objects.requireNonNull(text, "text");
        return this;
    }

    /** What clients have to send first; without this call 32 random digits. At least {@value #SHORTEST_TOKEN} characters, in one line. */
    @AnyThread
    public BackdoorServer token(String text) {
        if (text.length() < SHORTEST_TOKEN || !text.equals(text.strip()) || text.lines().count() != 1) {
            throw new IllegalArgumentException("token: " + text.length() + " characters (expected: at least " + SHORTEST_TOKEN
                    + ", in one line, with no space around)");
        }
        token = text;
        return this;
    }

    @AnyThread
    public String token() {
        return token;
    }

    /** Allows an address that other machines reach. Without {@link #tls} the token and all the rest can be read on the way. */
    public BackdoorServer remote() {
        checkNotStarted("remote");
        remote = true;
        return this;
    }

    // ---- life ----

    /**
     * @throws IllegalArgumentException if other machines could reach the address, and {@link #remote()} wasn't called
     * @throws IllegalStateException if this runtime has no {@code jdk.jshell}
     */
    @Override
    @Switches
    public void start() throws IOException {
        if (started()) {
            return;
        }
        if (ModuleLayer.boot().findModule("jdk.jshell").isEmpty()) {
            throw new IllegalStateException("BackdoorServer: no module jdk.jshell here (expected: a JDK, or an image with that module)");
        }
        if (!remote && Addresses.resolved(at) instanceof InetSocketAddress inet && !inet.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException("address: " + Addresses.text(at) + " (expected: of loopback, or remote() called)");
        }
        super.start();
    }

    @Override
    void bound() throws IOException {
        if (at instanceof UnixDomainSocketAddress path
                && Files.getFileAttributeView(path.getPath(), PosixFileAttributeView.class) != null) {
            Files.setPosixFilePermissions(path.getPath(), PosixFilePermissions.fromString("rw-------"));
        }
    }

    boolean admits(String text) {
        return MessageDigest.isEqual(text.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    protected void handle(Connection connection) throws Exception {
        new BackdoorSession(this, connection, banner, variables.get(), Hub.current()).run();
    }
}
