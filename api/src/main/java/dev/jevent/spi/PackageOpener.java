package dev.jevent.spi;

/**
 * Opens a package of the JDK without a flag, as native code can: so greenlets run in a plain {@code java -cp}. Found by
 * {@link java.util.ServiceLoader}, and asked only where the package isn't open already; native modules have one.
 */
public interface PackageOpener {
    /** Of the module that has it, as users know it: {@code epoll-jni}. */
    String name();

    /** Never throws: what is missing becomes the reason. */
    Availability availability();

    /**
     * Opens {@code packageName} of {@code module} to {@code to}, as {@code --add-opens} does.
     *
     * @return false if this JDK has no way that the opener knows
     */
    boolean open(Module module, String packageName, Module to);
}
