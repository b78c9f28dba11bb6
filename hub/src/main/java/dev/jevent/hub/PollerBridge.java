package dev.jevent.hub;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/**
 * What {@link CarrierBridge} leaves to it of the JDK's insides: the pollers that virtual threads wait with.
 *
 * <p>Facts (JDK 25). Who waits for a descriptor puts himself into the map of one of the pollers in two arrays, one for each
 * direction, has it registered at the system for one event, and parks; a thread of the poller's own takes who became ready out of
 * the map and unparks him. Who closes a socket does the same by its number. The arrays belong to a class that is
 * initialised at the first such wait, which starts the threads.
 *
 * <p>Decision. The elements of the arrays are replaced, by objects of a class that is made at run time in the JDK's package: it hands each
 * beginning and end of a wait to us. Nothing final is written. Pollers of a hub are the JDK's as well, without a
 * thread: the hub's loop watches their descriptor, so what the system is asked for a wait, and in which order, stays the JDK's.
 */
final class PollerBridge {
    private static final int KNOWN = 25;

    static final String PACKAGE = "sun.nio.ch";
    private static final String POLLER = PACKAGE + ".Poller";
    private static final ClassDesc POLLER_TYPE = ClassDesc.of(POLLER);

    /** How many events the JDK's pollers take at once where they aren't the first of a descriptor set. */
    static final int MOST_EVENTS = 64;

    private final String refusal;
    private final Lookup lookup;
    private MethodHandle pollers; // ()Object
    private MethodHandle readers; // (Object)Object[]
    private MethodHandle writers;
    private MethodHandle map; // (Object)Map
    private MethodHandle register; // (Object,int)void
    private MethodHandle deregister;
    private MethodHandle forget; // (Object,int,boolean)void
    private MethodHandle wakeup; // (Object,int)void
    private MethodHandle poll; // (Object,int)int
    private MethodHandle descriptor; // (Object)int
    private MethodHandle newReader; // ()Object
    private MethodHandle newWriter;

    private MethodHandle started; // ()boolean
    private MethodHandle inPlaceOf; // (IntConsumer,IntConsumer)Object

    private PollerBridge(Lookup lookup, String refusal) {
        this.lookup = lookup;
        this.refusal = refusal;
    }

    private static final class Loaded {
        static final PollerBridge INSTANCE = load();
    }

    static PollerBridge get() {
        return Loaded.INSTANCE;
    }

    /** Why the JDK's pollers cannot be replaced, and what to add; null if they can. */
    String refusal() {
        return refusal;
    }

    private static PollerBridge load() {
        if (Runtime.version().feature() != KNOWN) {
            return new PollerBridge(null,
                    "this is a JDK " + Runtime.version().feature() + ", and how its pollers work is known of " + KNOWN + " only");
        }
        try {
            Class<?> poller = Class.forName(POLLER, false, null);
            StringBuilder refusals = new StringBuilder();
            Lookup lookup = lookup(poller, refusals);
            if (lookup == null) {
                String asker = CarrierBridge.asker();
                return new PollerBridge(null, "java.base/" + PACKAGE + " is not open to " + asker
                        + ": give java --add-opens java.base/" + PACKAGE + "=" + asker + ", or name it in Add-Opens of the jar's manifest,"
                        + " or put jevent-loop-epoll-jni on the class path, which opens it by itself"
                        + (refusals.isEmpty() ? "" : "\n" + refusals.toString().stripTrailing()));
            }
            PollerBridge bridge = new PollerBridge(lookup, null);
            bridge.link(poller);
            return bridge;
        } catch (ReflectiveOperationException | LinkageError | ClassCastException e) {
            return new PollerBridge(null, "the pollers of this JDK (" + Runtime.version() + ") are not of the shape that is known: " + e);
        }
    }

    private static Lookup lookup(Class<?> poller, StringBuilder refusals) {
        for (boolean opened = false; ; opened = true) {
            try {
                return MethodHandles.privateLookupIn(poller, MethodHandles.lookup());
            } catch (IllegalAccessException e) {
                if (opened || CarrierBridge.open(PACKAGE, refusals) == null) {
                    return null;
                }
            }
        }
    }

    /** Initialises none of the JDK's classes. */
    private void link(Class<?> poller) throws ReflectiveOperationException {
        Set<String> open = new TreeSet<>();
        for (var method : poller.getDeclaredMethods()) {
            if (Modifier.isAbstract(method.getModifiers())) {
                open.add(method.toString().replaceAll(".* " + POLLER.replace(".", "\\.") + "\\.| throws .*", ""));
            }
        }
        if (!open.equals(Set.of("implDeregister(int,boolean)", "implRegister(int)", "poll(int)"))) {
            throw new NoSuchMethodException("a subclass of " + POLLER + " has to have " + open);
        }
        Class<?> all = Class.forName(POLLER + "$Pollers", false, null);
        Class<?> provider = Class.forName(PACKAGE + ".PollerProvider", false, null);
        Lookup inAll = MethodHandles.privateLookupIn(all, MethodHandles.lookup());
        Lookup inProvider = MethodHandles.privateLookupIn(provider, MethodHandles.lookup());
        MethodType taking = MethodType.methodType(void.class, int.class);
        MethodType onObject = MethodType.methodType(void.class, Object.class, int.class);
        MethodType arrayOf = MethodType.methodType(Object[].class, Object.class);

        pollers = lookup.findStaticGetter(poller, "POLLERS", all).asType(MethodType.methodType(Object.class));
        readers = inAll.findGetter(all, "readPollers", poller.arrayType()).asType(arrayOf);
        writers = inAll.findGetter(all, "writePollers", poller.arrayType()).asType(arrayOf);
        map = lookup.findGetter(poller, "map", Map.class).asType(MethodType.methodType(Map.class, Object.class));
        register = lookup.findVirtual(poller, "register", taking).asType(onObject);
        deregister = lookup.findVirtual(poller, "deregister", taking).asType(onObject);
        wakeup = lookup.findVirtual(poller, "wakeup", taking).asType(onObject);
        forget = lookup.findVirtual(poller, "implDeregister", MethodType.methodType(void.class, int.class, boolean.class))
                .asType(MethodType.methodType(void.class, Object.class, int.class, boolean.class));
        poll = lookup.findVirtual(poller, "poll", MethodType.methodType(int.class, int.class))
                .asType(MethodType.methodType(int.class, Object.class, int.class));
        descriptor = lookup.findVirtual(poller, "fdVal", MethodType.methodType(int.class))
                .asType(MethodType.methodType(int.class, Object.class));
        MethodHandle make = inProvider.findStatic(provider, "provider", MethodType.methodType(provider));
        newReader = maker(inProvider, provider, "readPoller", poller, make);
        newWriter = maker(inProvider, provider, "writePoller", poller, make);
    }

    private static MethodHandle maker(Lookup lookup, Class<?> provider, String name, Class<?> poller, MethodHandle provided)
            throws ReflectiveOperationException {
        MethodHandle made = lookup.findVirtual(provider, name, MethodType.methodType(poller, boolean.class));
        made = MethodHandles.insertArguments(made, 1, true); // not the first of a set
        return MethodHandles.collectArguments(made, 0, provided).asType(MethodType.methodType(Object.class));
    }

    // ---- classes in the JDK's package ----

    /** Defines them, once. @throws ReflectiveOperationException | LinkageError if somebody else has, or the JDK's are different */
    void define() throws ReflectiveOperationException {
        if (inPlaceOf == null) {
            Class<?> question = lookup.defineClass(question());
            started = lookup.findStatic(question, "started", MethodType.methodType(boolean.class));
            Class<?> type = lookup.defineClass(subclass());
            inPlaceOf = lookup.findConstructor(type, MethodType.methodType(void.class, IntConsumer.class, IntConsumer.class))
                    .asType(MethodType.methodType(Object.class, IntConsumer.class, IntConsumer.class));
        }
    }

    /** Asks whether the JDK has started its pollers, without starting them. */
    private static byte[] question() {
        ClassDesc unsafe = ClassDesc.of("jdk.internal.misc.Unsafe");
        return ClassFile.of().build(ClassDesc.of(PACKAGE + ".JeventPollersStarted"), type -> type
                .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                .withMethodBody("started", MethodTypeDesc.of(ConstantDescs.CD_boolean), ClassFile.ACC_STATIC, code -> code
                        .iconst_1()
                        .invokestatic(unsafe, "getUnsafe", MethodTypeDesc.of(unsafe))
                        .ldc(POLLER_TYPE)
                        .invokevirtual(unsafe, "shouldBeInitialized", MethodTypeDesc.of(ConstantDescs.CD_boolean, ConstantDescs.CD_Class))
                        .isub()
                        .ireturn()));
    }

    /** Stands in an array of the JDK for one of its pollers, and hands on who begins and who ends to wait. */
    private static byte[] subclass() {
        ClassDesc self = ClassDesc.of(PACKAGE + ".JeventPoller");
        ClassDesc consumer = ClassDesc.of("java.util.function.IntConsumer");
        MethodTypeDesc taking = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
        int fieldFlags = ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL;
        return ClassFile.of().build(self, type -> type
                .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                .withSuperclass(POLLER_TYPE)
                .withField("begin", consumer, fieldFlags)
                .withField("end", consumer, fieldFlags)
                .withMethodBody(ConstantDescs.INIT_NAME, MethodTypeDesc.of(ConstantDescs.CD_void, consumer, consumer), 0, code -> code
                        .aload(0).invokespecial(POLLER_TYPE, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                        .aload(0).aload(1).putfield(self, "begin", consumer)
                        .aload(0).aload(2).putfield(self, "end", consumer)
                        .return_())
                .withMethodBody("implRegister", taking, 0, code -> code
                        .aload(0).getfield(self, "begin", consumer).iload(1).invokeinterface(consumer, "accept", taking).return_())
                .withMethodBody("implDeregister", MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int, ConstantDescs.CD_boolean), 0,
                        code -> code
                        .aload(0).getfield(self, "end", consumer).iload(1).invokeinterface(consumer, "accept", taking).return_())
                .withMethodBody("poll", MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int), 0, code -> code
                        .iconst_0().ireturn())); // no thread does
    }

    // ---- calls ----

    /** Whether the JDK has begun to use its pollers; {@link #define} came before. */
    boolean started() {
        try {
            return (boolean) started.invokeExact();
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    /** Those that the JDK waits with; makes it start them, if it hasn't. */
    Object[] array(boolean reading) {
        try {
            Object all = (Object) pollers.invokeExact();
            return (Object[]) (reading ? readers : writers).invokeExact(all);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    Object inPlaceOf(IntConsumer begin, IntConsumer end) {
        try {
            return (Object) inPlaceOf.invokeExact(begin, end);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    /** One of the JDK's own kind, which nobody polls yet. */
    Object newPoller(boolean reading) throws IOException {
        try {
            return (Object) (reading ? newReader : newWriter).invokeExact();
        } catch (IOException e) {
            throw e;
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    /** What is ready for reading when {@link #poll} would find something. */
    int descriptor(Object poller) {
        try {
            return (int) descriptor.invokeExact(poller);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    /** The caller will wait for {@code descriptor}. */
    void register(Object poller, int descriptor) throws IOException {
        try {
            register.invokeExact(poller, descriptor);
        } catch (IOException e) {
            throw e;
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    /** The caller has waited for {@code descriptor}. */
    void deregister(Object poller, int descriptor) {
        try {
            deregister.invokeExact(poller, descriptor);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    /** Ends the registration of one who waits, and doesn't unpark him. */
    void forget(Object poller, int descriptor) {
        try {
            if (waiting(poller).remove(descriptor) != null) {
                forget.invokeExact(poller, descriptor, false);
            }
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    /** Unparks those who wait there, but not with {@code instead} as well: what the JDK asked them to wait for they look at again. */
    void wakeStrays(Object poller, Object instead) {
        Map<Integer, Thread> known = waiting(instead);
        for (Integer descriptor : waiting(poller).keySet()) {
            if (!known.containsKey(descriptor)) {
                try {
                    wakeup.invokeExact(poller, (int) descriptor);
                } catch (Throwable t) {
                    throw failed(t);
                }
            }
        }
    }

    @SuppressWarnings("unchecked")
    private Map<Integer, Thread> waiting(Object poller) {
        try {
            return (Map<Integer, Thread>) map.invokeExact(poller);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    /** Unparks those whose descriptor is ready. @return for how many; {@link #MOST_EVENTS}: there may be more; negative: ask again */
    int poll(Object poller) throws IOException {
        try {
            return (int) poll.invokeExact(poller, 0);
        } catch (IOException e) {
            throw e;
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    private static RuntimeException failed(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
    }
}
