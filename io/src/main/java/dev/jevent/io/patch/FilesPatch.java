package dev.jevent.io.patch;

import java.nio.file.FileSystems;

/** The JVM's default file system provider, which is chosen when the JVM starts; this turns ours on and off. */
final class FilesPatch extends Patch {
    private static final String OPTION =
            "-Djava.nio.file.spi.DefaultFileSystemProvider=" + OffloadedFileSystemProvider.class.getName();

    FilesPatch() {
        super("files", "java.nio.file.Files, FileChannel");
    }

    private static boolean isInstalled() {
        return FileSystems.getDefault().provider() instanceof OffloadedFileSystemProvider;
    }

    @Override
    public boolean on() {
        if (isInstalled()) {
            Offloaded.on(true);
        }
        return isOn();
    }

    @Override
    public boolean off() {
        Offloaded.on(false);
        return true;
    }

    @Override
    public boolean isOn() {
        return Offloaded.isOn();
    }

    @Override
    public String obstacle() {
        return isInstalled() ? null : "the JVM takes a file system provider when it starts: give java " + OPTION
                + ", with jevent-io on its class path. UnixDomainSocketAddress then refuses every path";
    }
}
