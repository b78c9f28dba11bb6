package dev.jevent.jni;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * A native library of a module: found on the class path, unpacked and loaded, or the reason why not. Never throws, whatever
 * is missing, broken or forbidden.
 *
 * <pre>{@code
 *   static final NativeLibrary LIBRARY = NativeLibrary.load(Epoll.class, "jevent_epoll");
 * }</pre>
 *
 * <p><b>Where it is looked for.</b> In the directory that the system property {@code jevent.native.directory} names, if it is
 * set; else as the resource {@code META-INF/native/<os>-<architecture>/lib<name>.so} of the class loader. A resource is
 * written to a directory that nobody else can enter, which is made for it in {@code java.io.tmpdir}, loaded, and removed
 * at once: the process keeps what it has mapped.
 *
 * <p>To load a library is a restricted method. The JVM prints a notice of it unless it was started with
 * {@code --enable-native-access=ALL-UNNAMED}, and refuses it after {@code --illegal-native-access=deny}; that refusal
 * is such a reason, too. On the module path both are about this module, which loads, and once more about the module that has the
 * native methods, when the first of them is called: see {@link #denied}.
 */
public final class NativeLibrary {
    /** A directory with libraries that are loaded instead of those on the class path. */
    public static final String DIRECTORY = "jevent.native.directory";

    /** Only to tell what a jar has when it doesn't have the right one. */
    private static final String[] PLATFORMS = {"linux-x86_64", "linux-aarch64", "macos-x86_64", "macos-aarch64", "freebsd-x86_64"};

    private static final Set<PosixFilePermission> OWNER_ONLY = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    /** Names tried for a directory; one that another process takes at the same nanosecond is rare enough. */
    private static final int ATTEMPTS = 10;

    private static final NativeLibrary DENIED = no("this JVM denies native access");

    private final String reason;
    private final String source;

    private NativeLibrary(String reason, String source) {
        this.reason = reason;
        this.source = source;
    }

    /**
     * Loads the library {@code name} for the native methods of {@code user}. Call it once for each library, from a static
     * initialiser.
     */
    public static NativeLibrary load(Class<?> user, String name) {
        if (user.getClassLoader() != NativeLibrary.class.getClassLoader()) {
            // The JVM looks for native methods only in what the class loader of their own class has loaded.
            return no(user.getName() + " and " + NativeLibrary.class.getName() + " come from different class loaders: have both jars in one");
        }
        NativeLibrary library =
                load(user.getClassLoader(), name, platform(), System.getProperty(DIRECTORY), System.getProperty("java.io.tmpdir"));
        return library == DENIED ? denied(user) : library;
    }

    /** For a library that was loaded, after an {@link IllegalCallerException} of the first native method of {@code user}. */
    public static NativeLibrary denied(Class<?> user) {
        Module mine = NativeLibrary.class.getModule();
        Module users = user.getModule();
        String modules = mine == users ? name(mine) : name(mine) + "," + name(users);
        return no(DENIED.reason + "; start it with --enable-native-access=" + modules);
    }

    private static String name(Module module) {
        return module.isNamed() ? module.getName() : "ALL-UNNAMED";
    }

    static NativeLibrary load(ClassLoader resources, String name, String platform, String directory, String temporary) {
        String file = "lib" + name + (platform.startsWith("macos-") ? ".dylib" : ".so");
        try {
            if (directory != null && !directory.isEmpty()) {
                Path path = Path.of(directory).toAbsolutePath().resolve(file);
                return Files.isRegularFile(path)
                        ? loaded(path, path.toString(), DIRECTORY + " is " + directory)
                        : no("there is no " + path + "; " + DIRECTORY + " is " + directory);
            }
            String resource = "META-INF/native/" + platform + "/" + file;
            URL url = resources.getResource(resource);
            return url == null ? no(whyMissing(resources, name, platform)) : unpacked(url, file, Path.of(temporary));
        } catch (IOException | RuntimeException e) {
            return no("cannot read " + file + ": " + e);
        }
    }

    /** {@code linux-x86_64}, {@code macos-aarch64}… */
    public static String platform() {
        return platform(System.getProperty("os.name", "?"), System.getProperty("os.arch", "?"));
    }

    static String platform(String name, String architecture) {
        String os = name.toLowerCase(Locale.ROOT).replace(" ", "");
        String cpu = architecture.toLowerCase(Locale.ROOT);
        return (os.startsWith("mac") ? "macos" : os) + "-" + switch (cpu) {
            case "amd64", "x64" -> "x86_64";
            case "arm64" -> "aarch64";
            default -> cpu;
        };
    }

    private static String whyMissing(ClassLoader resources, String name, String platform) throws IOException {
        URL missing = resources.getResource("META-INF/native/" + platform + "/lib" + name + ".missing");
        if (missing != null) {
            try (InputStream in = missing.openStream()) {
                return "built without native code: " + new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
            }
        }
        StringBuilder others = new StringBuilder();
        for (String other : PLATFORMS) {
            String folder = "META-INF/native/" + other + "/lib" + name;
            if (resources.getResource(folder + ".so") != null || resources.getResource(folder + ".dylib") != null) {
                others.append(others.isEmpty() ? "" : ", ").append(other);
            }
        }
        return "no library for " + platform + " on the class path" + (others.isEmpty() ? "" : ", only for " + others);
    }

    // ---- unpacking ----

    private static NativeLibrary unpacked(URL resource, String file, Path temporary) {
        Path directory = null;
        Path library = null;
        try {
            directory = privateDirectory(temporary);
            checkPrivate(directory);
            library = directory.resolve(file);
            copy(resource, library);
            return loaded(library, resource.toString(), "it was unpacked to " + temporary
                    + ", which must allow to execute; -Djava.io.tmpdir or -D" + DIRECTORY + " name another");
        } catch (IOException | RuntimeException e) {
            return no("cannot unpack " + file + " to " + temporary + ": " + e + "; -Djava.io.tmpdir or -D" + DIRECTORY + " name another directory");
        } finally {
            remove(library);
            remove(directory);
        }
    }

    /**
     * {@code Files.createTempDirectory} would start the JDK's secure random numbers, which costs a program milliseconds. A name that can be
     * guessed is no danger: what is there already isn't taken.
     */
    private static Path privateDirectory(Path parent) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Path directory = parent.resolve("jevent-" + Long.toHexString(System.nanoTime()));
            try {
                return Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            } catch (FileAlreadyExistsException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Whoever could write there could make us run code of his. */
    static void checkPrivate(Path directory) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
        if (!OWNER_ONLY.containsAll(permissions)) {
            throw new IOException(directory + " is open to others: " + permissions);
        }
    }

    private static void copy(URL resource, Path library) throws IOException {
        var connection = resource.openConnection();
        connection.setUseCaches(false); // else the jar stays open
        long copied;
        try (InputStream in = connection.getInputStream();
                var out = Files.newOutputStream(library, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            copied = in.transferTo(out);
        }
        if (copied == 0 || Files.size(library) != copied) {
            throw new IOException(resource + " gave " + copied + " bytes, " + library + " has " + Files.size(library));
        }
    }

    private static void remove(Path path) {
        if (path != null) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException | RuntimeException e) {
                path.toFile().deleteOnExit();
            }
        }
    }

    // ---- loading ----

    @SuppressWarnings("restricted")
    private static NativeLibrary loaded(Path library, String source, String hint) {
        try {
            System.load(library.toString());
            return new NativeLibrary(null, source);
        } catch (IllegalCallerException e) {
            return DENIED;
        } catch (UnsatisfiedLinkError | RuntimeException e) {
            return no(e.getMessage() + " (" + hint + ")");
        }
    }

    private static NativeLibrary no(String reason) {
        return new NativeLibrary(reason, null);
    }

    // ---- what came of it ----

    public boolean isLoaded() {
        return reason == null;
    }

    /** Why it could not be loaded, and what would help; null if it was. */
    public String reason() {
        return reason;
    }

    @Override
    public String toString() {
        return reason == null ? source : "no library: " + reason;
    }
}
