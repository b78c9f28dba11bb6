package dev.jevent.launcher;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * Somebody else's program: its classes and its main. It sees the JDK, itself and jevent, and none of what the launcher is made of
 * besides.
 */
final class Application {
    /** What a manifest can ask of {@code java} before the first class is loaded, and of nobody afterwards. */
    private static final List<String> ONLY_BY_JAVA = List.of("Add-Opens", "Add-Exports", "Enable-Native-Access", "Launcher-Agent-Class");

    private final ClassLoader loader;
    private final Class<?> type;
    private final Method main;
    private final List<String> unheeded;

    private Application(ClassLoader loader, Class<?> type, Method main, List<String> unheeded) {
        this.loader = loader;
        this.type = type;
        this.main = main;
        this.unheeded = unheeded;
    }

    /** @param classPath as {@code java -cp} takes it */
    static Application ofClassPath(String classPath, String mainClass) throws Failure {
        return of(classPath, mainClass, List.of());
    }

    static Application ofJar(String jar) throws Failure {
        Attributes attributes;
        try (JarFile file = new JarFile(jar)) {
            Manifest manifest = file.getManifest();
            attributes = manifest == null ? new Attributes() : manifest.getMainAttributes();
        } catch (IOException e) {
            throw new Failure("Error: Unable to access jarfile " + jar + ": " + e.getMessage(), e);
        }
        String mainClass = attributes.getValue(Attributes.Name.MAIN_CLASS);
        if (mainClass == null) {
            throw new Failure("no main manifest attribute, in " + jar, null);
        }
        List<String> unheeded = new ArrayList<>();
        for (String name : ONLY_BY_JAVA) {
            if (attributes.getValue(name) != null) {
                unheeded.add(name + ": " + attributes.getValue(name));
            }
        }
        return of(jar, mainClass.strip(), unheeded);
    }

    private static Application of(String classPath, String mainClass, List<String> unheeded) throws Failure {
        System.setProperty("java.class.path", classPath);
        ClassLoader loader = new URLClassLoader(urls(classPath), new JeventOnly());
        Class<?> type;
        try {
            type = Class.forName(mainClass.replace('/', '.'), false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            throw new Failure("Error: Could not find or load main class " + mainClass + "\nCaused by: " + e, e);
        }
        Method main = find(type);
        if (main == null) {
            throw new Failure("Error: Main method not found in class " + type.getName() + ": it has neither main(String[]) nor main()", null);
        }
        if (!Modifier.isStatic(main.getModifiers()) && constructor(type) == null) {
            throw new Failure("Error: " + type.getName() + ".main is no static method, and there is no constructor without parameters "
                    + "that isn't private", null);
        }
        return new Application(loader, type, main, unheeded);
    }

    /** {@code dir/*} stands for the jars in it; an empty entry for the working directory. */
    private static URL[] urls(String classPath) throws Failure {
        List<URL> urls = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            try {
                if (entry.equals("*") || entry.endsWith(File.separator + "*")) {
                    Path folder = Path.of(entry.substring(0, entry.length() - 1));
                    if (Files.isDirectory(folder)) {
                        try (Stream<Path> files = Files.list(folder)) {
                            for (Path file : files.filter(it -> it.toString().toLowerCase(java.util.Locale.ROOT).endsWith(".jar")).sorted().toList()) {
                                urls.add(file.toUri().toURL());
                            }
                        }
                    }
                } else {
                    urls.add(new File(entry.isEmpty() ? "." : entry).toURI().toURL());
                }
            } catch (MalformedURLException e) {
                throw new Failure("class path: \"" + entry + "\": " + e.getMessage(), e);
            } catch (IOException e) {
                throw new Failure("class path: \"" + entry + "\" cannot be listed: " + e.getMessage(), e);
            }
        }
        return urls.toArray(URL[]::new);
    }

    /** Shows the JDK, and jevent as the launcher has it: there must be only one in a process. */
    private static final class JeventOnly extends ClassLoader {
        private static final String OURS = "dev.jevent.";
        private static final String OURS_AS_FILE = "dev/jevent/";
        private static final String SERVICES = "META-INF/services/";

        JeventOnly() {
            super("jevent", getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith(OURS)) {
                return Application.class.getClassLoader().loadClass(name);
            }
            throw new ClassNotFoundException(name);
        }

        private static boolean isOurs(String resource) {
            return resource.startsWith(OURS_AS_FILE) || resource.startsWith(SERVICES + OURS);
        }

        @Override
        protected URL findResource(String name) {
            return isOurs(name) ? Application.class.getClassLoader().getResource(name) : null;
        }

        @Override
        protected java.util.Enumeration<URL> findResources(String name) throws IOException {
            return isOurs(name) ? Application.class.getClassLoader().getResources(name) : java.util.Collections.emptyEnumeration();
        }
    }

    // ---- its main [JLS 12.1.4] ----

    private static Method find(Class<?> type) {
        Method withArguments = find(type, String[].class);
        return withArguments != null ? withArguments : find(type, new Class<?>[0]);
    }

    private static Method find(Class<?> type, Class<?>... parameters) {
        for (Class<?> holder = type; holder != null; holder = holder.getSuperclass()) {
            for (Method method : holder.getDeclaredMethods()) {
                if (isMain(method, parameters)) {
                    return method;
                }
            }
        }
        for (Method method : type.getMethods()) { // defaults of its interfaces
            if (isMain(method, parameters)) {
                return method;
            }
        }
        return null;
    }

    private static boolean isMain(Method method, Class<?>... parameters) {
        return method.getName().equals("main")
                && method.getReturnType() == void.class
                && !Modifier.isPrivate(method.getModifiers())
                && !Modifier.isAbstract(method.getModifiers())
                && Arrays.equals(method.getParameterTypes(), parameters);
    }

    private static java.lang.reflect.Constructor<?> constructor(Class<?> type) {
        try {
            var constructor = type.getDeclaredConstructor();
            return Modifier.isPrivate(constructor.getModifiers()) ? null : constructor;
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    /** Those lines of its manifest that cannot be heeded any more. */
    List<String> unheeded() {
        return unheeded;
    }

    /** Runs it on the calling thread. @throws Throwable what its main throws, with the stack as if java had called it */
    void run(List<String> arguments) throws Throwable {
        Thread.currentThread().setContextClassLoader(loader);
        try {
            main.setAccessible(true);
            Object target = null;
            if (!Modifier.isStatic(main.getModifiers())) {
                var constructor = constructor(type);
                constructor.setAccessible(true);
                target = constructor.newInstance();
            }
            main.invoke(target, main.getParameterCount() == 0 ? new Object[0] : new Object[] {arguments.toArray(String[]::new)});
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getCause();
            thrown.setStackTrace(own(thrown.getStackTrace()));
            throw thrown;
        }
    }

    /** Without the frames of the launcher and of whatever called it. */
    private static StackTraceElement[] own(StackTraceElement[] stack) {
        for (int i = stack.length - 1; i >= 0; i--) {
            if (stack[i].getClassName().equals(Application.class.getName())) {
                int end = i;
                while (end > 0 && (stack[end - 1].getClassName().startsWith("java.lang.reflect.")
                        || stack[end - 1].getClassName().startsWith("jdk.internal.reflect.")
                        || stack[end - 1].getClassName().startsWith("java.lang.invoke."))) {
                    end--;
                }
                return Arrays.copyOf(stack, end);
            }
        }
        return stack;
    }
}
