package dev.jevent.io.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.Semaphore;

/** A file on a disk that is as slow as a test wants: each read and write needs a permit. */
final class GatedChannel extends FileChannel {
    private final FileChannel file;
    final Semaphore gate = new Semaphore(0);
    final Semaphore arrived = new Semaphore(0);
    volatile IOException failure;

    GatedChannel(FileChannel file) {
        this.file = file;
    }

    private void pass() throws IOException {
        arrived.release();
        gate.acquireUninterruptibly();
        IOException thrown = failure;
        if (thrown != null) {
            failure = null;
            throw thrown;
        }
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        pass();
        return file.read(into, position);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
        pass();
        return file.write(from, position);
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public long position() throws IOException {
        return file.position();
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }

    private static UnsupportedOperationException unused() {
        return new UnsupportedOperationException("not used by CooperativeFile");
    }

    @Override
    public int read(ByteBuffer into) {
        throw unused();
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
        throw unused();
    }

    @Override
    public int write(ByteBuffer from) {
        throw unused();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
        throw unused();
    }

    @Override
    public FileChannel position(long newPosition) {
        throw unused();
    }

    @Override
    public FileChannel truncate(long size) {
        throw unused();
    }

    @Override
    public void force(boolean metaData) {
        throw unused();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw unused();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw unused();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw unused();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw unused();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
        throw unused();
    }
}
